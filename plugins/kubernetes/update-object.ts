// Updates objects: in a preview on trial, else for good and until they are ready.
import { PartialCreationError, type ResourceState, type UpdateCall } from '../kit/provider.ts';
import { hasUnknown, type Properties } from '../kit/values.ts';
import { ApiError, NoMatchError } from './api-error.ts';
import { putChange, relinquish } from './apply-object.ts';
import { awaitReady, NotReadyError } from './await-ready.ts';
import { findManager, listSecretPlaces, readApiVersion, readKeptInputs, writeState, type Kept } from './checkpoint.ts';
import type { Cluster } from './cluster.ts';
import { chooseManager } from './field-managers.ts';
import { normalizeInputs } from './inputs.ts';
import { keyOf, readId, spellForServer } from './object.ts';
import { giveGrace } from './patience.ts';

/** Changes an object and waits until it is ready again. */
export async function updateObject(call: UpdateCall, cluster: Cluster): Promise<ResourceState> {
  const inputs = normalizeInputs(spellForServer(call.news));
  const before = findManager(call.state);
  const kept: Kept = {
    inputs,
    apiVersion: readApiVersion(call.state, keyOf(inputs)),
    manager: chooseManager(inputs, before),
  };
  if (call.preview) return previewUpdate(call, cluster, kept);
  const fault = await cluster.findFault(call.signal);
  if (fault !== undefined) throw new Error(`configured Kubernetes cluster is unreachable: ${fault}`);
  try {
    const written = await write(call, cluster, kept, giveGrace(call.signal));
    const { signal, timeoutSeconds } = call;
    const live = await awaitReady(cluster.objects, { inputs, written, updated: true, timeoutSeconds, signal });
    if (before !== undefined && before !== kept.manager && cluster.settings.serverSideApply) {
      await relinquish(cluster, live, before, call.signal);
    }
    return writeState(live, kept, call.secrets);
  } catch (error) {
    throw await explainUpdate(error, call, cluster, kept);
  }
}

async function write(call: UpdateCall, cluster: Cluster, kept: Kept, signal: AbortSignal): Promise<Properties> {
  // A replacement that the engine does not know of would have another name; this is the object that it knows.
  const live = await cluster.objects.get({ ...keyOf(kept.inputs), ...readId(call.id) }, signal);
  const olds = Object.keys(call.olds).length > 0 ? call.olds : readKeptInputs(call.state);
  const change = { live, olds: spellForServer(olds), inputs: kept.inputs, ignoreChanges: call.ignoreChanges };
  return putChange(cluster, change, { manager: kept.manager, preview: call.preview, signal });
}

/** What the server would make of it; where it cannot say, what was asked for. */
async function previewUpdate(call: UpdateCall, cluster: Cluster, kept: Kept): Promise<ResourceState> {
  const asAsked = { id: call.id, outputs: call.news, secrets: listSecretPlaces(call.news) };
  if (hasUnknown(call.news) || (await cluster.findFault(call.signal)) !== undefined) return asAsked;
  try {
    return writeState(await write(call, cluster, kept, call.signal), kept, call.secrets);
  } catch (error) {
    if (error instanceof NoMatchError || (error instanceof ApiError && error.status === 403)) return asAsked;
    throw new Error(`update of resource "${call.urn}" failed: ${(error as Error).message}`, { cause: error });
  }
}

/** What exists is told with the failure, so that the engine's state shows it as it is. */
async function explainUpdate(error: unknown, call: UpdateCall, cluster: Cluster, kept: Kept): Promise<Error> {
  const said = (error as Error).message;
  if (error instanceof NotReadyError) {
    const message = `the Kubernetes API server reported that "${call.id}" failed to fully initialize or become live: ${said}`;
    return new PartialCreationError(message, writeState(error.live, kept, call.secrets), [message, ...error.reasons]);
  }
  const reason = call.signal.aborted ? 'context canceled: the call was given up' : said;
  return new Error(`update of resource "${call.urn}" failed: ${reason}`, { cause: error });
}
