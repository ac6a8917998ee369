// Reads objects: for a refresh, for an import, and for programs that only look.
import { PartialCreationError, type ReadCall, type ResourceState } from '../kit/provider.ts';
import type { Properties } from '../kit/values.ts';
import { isNotFound, NoMatchError } from './api-error.ts';
import { judgeRead, NotReadyError } from './await-ready.ts';
import { findManager, listSecretPlaces, readApiVersion, readLive, writeState } from './checkpoint.ts';
import type { Cluster } from './cluster.ts';
import { chooseManager } from './field-managers.ts';
import { normalizeInputs, pruneToInputs, readInputs } from './inputs.ts';
import { keyOf, readId, readTypeToken, spellForProgram, spellForServer, type ObjectKey } from './object.ts';

/** Reads an object; nothing when it is gone. */
export async function readObject(call: ReadCall, cluster: Cluster): Promise<ResourceState | undefined> {
  const fault = await cluster.findFault(call.signal);
  if (fault !== undefined) return readUnreachable(call, cluster, fault);
  const known = normalizeInputs(spellForServer(call.inputs));
  const key = findKey(call, known);
  let live: Properties;
  try {
    live = await cluster.objects.get(key, call.signal);
  } catch (error) {
    // Whose definition is gone is gone as well.
    if (isNotFound(error) || error instanceof NoMatchError) return undefined;
    throw error;
  }
  const isKnown = Object.keys(known).length > 0;
  const state = describe(call, live, isKnown ? pruneToInputs(live, known) : readInputs(live), key);
  if (!isKnown) return state;
  try {
    await judgeRead(cluster.objects, { inputs: known, live, signal: call.signal });
    return state;
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    throw new PartialCreationError(error.message, state, [error.message, ...error.reasons]);
  }
}

function describe(call: ReadCall, live: Properties, inputs: Properties, key: ObjectKey): ResourceState {
  const manager = chooseManager(inputs, findManager(call.state));
  const state = writeState(live, { inputs, apiVersion: readApiVersion(call.state, key), manager }, call.secrets);
  const shown = spellForProgram(inputs);
  return { ...state, id: call.id || state.id, inputs: shown, inputSecrets: listSecretPlaces(shown) };
}

/** Kind and version are those of the inputs; without any, those of the state; without one, those of the type. */
function findKey(call: ReadCall, known: Properties): ObjectKey {
  const place = readId(call.id);
  if (place.name === '') throw new Error(`"${call.id}" is no id of an object: it is namespace/name, or the name`);
  const source = [known, readLive(call.state)].map(keyOf).find(({ kind }) => kind !== '');
  return { ...(source ?? readTypeToken(call.type)), ...place };
}

function readUnreachable(call: ReadCall, { settings }: Cluster, fault: string): ResourceState | undefined {
  if (settings.deleteUnreachable) return undefined;
  if (settings.skipUpdateUnreachable) {
    const secrets = [...listSecretPlaces(call.state), ...listSecretPlaces(call.inputs)];
    return { id: call.id, outputs: call.state, inputs: call.inputs, secrets };
  }
  const way =
    'If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';
  throw new Error(
    `failed to read resource state due to unreachable cluster: configured Kubernetes cluster is unreachable: ${fault}. ${way}`,
  );
}
