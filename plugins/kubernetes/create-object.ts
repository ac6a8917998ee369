// Creates objects: in a preview on trial, else for good and until they are ready.
import { setTimeout as pause } from 'node:timers/promises';
import { PartialCreationError, type CreateCall, type ResourceState } from '../kit/provider.ts';
import { hasUnknown, type Properties } from '../kit/values.ts';
import { ApiError, isAlreadyThere, isNamespaceMissing, isNotFound, NoMatchError } from './api-error.ts';
import { putNew } from './apply-object.ts';
import { awaitReady, NotReadyError } from './await-ready.ts';
import { listSecretPlaces, writeState, type Kept } from './checkpoint.ts';
import type { Cluster } from './cluster.ts';
import { chooseManager } from './field-managers.ts';
import { isDefinition } from './inputs.ts';
import { keyOf, spellForServer } from './object.ts';
import { giveGrace } from './patience.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE = 200;

/** Creates an object and waits until it is ready. */
export async function createObject(call: CreateCall, cluster: Cluster): Promise<ResourceState> {
  const inputs = spellForServer(call.inputs);
  const kept: Kept = { inputs, apiVersion: keyOf(inputs).apiVersion, manager: chooseManager(inputs, undefined) };
  if (call.preview) return previewCreate(call, cluster, kept);
  const fault = await cluster.findFault(call.signal);
  if (fault !== undefined) throw new Error(`configured Kubernetes cluster is unreachable: ${fault}`);
  let live: Properties;
  try {
    const writing = { manager: kept.manager, preview: false, signal: giveGrace(call.signal) };
    const written = await retryMissing(call.signal, () => putNew(cluster, inputs, writing));
    const { signal, timeoutSeconds } = call;
    live = await awaitReady(cluster.objects, { inputs, written, updated: false, timeoutSeconds, signal });
  } catch (error) {
    if (error instanceof NotReadyError) {
      const message = `resource "${call.urn}" was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: ${error.message}`;
      throw new PartialCreationError(message, writeState(error.live, kept, call.secrets), [message, ...error.reasons]);
    }
    throw explainCreate(error, call);
  }
  if (isDefinition(inputs)) forgetDefined(cluster, inputs);
  return writeState(live, kept, call.secrets);
}

/** What the server would make of it; where it cannot say, what was asked for. */
async function previewCreate(call: CreateCall, cluster: Cluster, kept: Kept): Promise<ResourceState> {
  const asAsked = { id: '', outputs: call.inputs, secrets: listSecretPlaces(call.inputs) };
  const { signal } = call;
  if (hasUnknown(call.inputs) || !cluster.settings.serverSideApply) return asAsked;
  if ((await cluster.findFault(signal)) !== undefined) return asAsked;
  try {
    const { status: _status, ...planned } = await putNew(cluster, kept.inputs, {
      manager: kept.manager,
      preview: true,
      signal,
    });
    return { ...writeState(planned, kept, call.secrets), id: '' };
  } catch (error) {
    if (isUnpreviewable(error)) return asAsked;
    throw explainCreate(error, call);
  }
}

/** What comes to be in the same run, or may not be tried. */
function isUnpreviewable(error: unknown): boolean {
  if (error instanceof NoMatchError || isNamespaceMissing(error) || isAlreadyThere(error)) return true;
  if (!(error instanceof ApiError)) return false;
  return error.status === 403 || (error.status === 400 && /dry.?run/i.test(error.message));
}

/** What an object stands in, or what defines it, may still be on its way. */
async function retryMissing<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const missing = isNotFound(error) || error instanceof NoMatchError;
      if (!missing || attempt === ATTEMPTS || signal.aborted) throw error;
    }
    await pause(FIRST_PAUSE * 2 ** attempt, undefined, { signal });
  }
}

function explainCreate(error: unknown, { urn, signal }: CreateCall): Error {
  const said = signal.aborted ? 'context canceled: the call was given up' : (error as Error).message;
  if (error instanceof NoMatchError) {
    const hint = 'the apiVersion for this resource does not exist. Verify that any required CRDs have been created';
    return new Error(`creation of resource "${urn}" failed because ${hint}: ${said}`, { cause: error });
  }
  const more = isAlreadyThere(error)
    ? ' (AlreadyExists): import it, or set upsertExistingObjects on the provider to change what is there'
    : '';
  return new Error(`resource "${urn}" was not successfully created by the Kubernetes API server: ${said}${more}`, {
    cause: error,
  });
}

/** The kinds that a definition brings are asked for anew. */
function forgetDefined({ discovery }: Cluster, definition: Properties): void {
  for (const apiVersion of listDefinedVersions(definition)) discovery.forget(apiVersion);
}

function listDefinedVersions(definition: Properties): string[] {
  const spec = definition['spec'] as { group?: string; versions?: { name?: string }[] } | undefined;
  return (spec?.versions ?? []).map(({ name = '' }) => `${spec?.group ?? ''}/${name}`);
}
