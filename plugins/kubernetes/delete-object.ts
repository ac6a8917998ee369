// Deletes objects and waits until they are gone.
import { PartialCreationError, type DeleteCall } from '../kit/provider.ts';
import type { Properties } from '../kit/values.ts';
import { ApiError, isNotFound, NoMatchError, UnreachableError } from './api-error.ts';
import { findManager, readApiVersion, readKeptInputs, readLive, writeState } from './checkpoint.ts';
import type { Cluster } from './cluster.ts';
import {
  getAnnotation,
  isAnnotated,
  keyOf,
  pluckList,
  pluckText,
  readId,
  readTypeToken,
  spellForServer,
} from './object.ts';
import { findPatience, giveGrace, pollUntil } from './patience.ts';
import { SKIP_AWAIT } from './readiness/rules.ts';

const POLICIES: Record<string, string> = { orphan: 'Orphan', background: 'Background' };

/** Whose end nobody waits for when it is not to be awaited; of other kinds the end always is. */
const UNAWAITED = new Set([
  'v1/Namespace',
  'v1/Pod',
  'v1/ReplicationController',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'batch/v1/Job',
]);

/** Deletes an object; one that is not there, or whose definition is gone, is deleted. */
export async function deleteObject(call: DeleteCall, cluster: Cluster): Promise<void> {
  const fault = await cluster.findFault(call.signal);
  if (fault !== undefined) return refuseUnreachable(cluster, fault);
  const live = readLive(call.state);
  const inputs = spellForServer(Object.keys(call.inputs).length > 0 ? call.inputs : readKeptInputs(call.state));
  const found = keyOf(live).kind === '' ? readTypeToken(call.type) : keyOf(live);
  const key = { ...found, ...readId(call.id) };
  const policy = POLICIES[getAnnotation(inputs, 'pulumi.com/deletionPropagationPolicy').toLowerCase()] ?? 'Foreground';
  try {
    await cluster.objects.delete(key, policy, giveGrace(call.signal));
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatchError) return;
    throw error;
  }
  if (isAnnotated(inputs, SKIP_AWAIT) && UNAWAITED.has(`${key.apiVersion}/${key.kind}`)) return;
  const left = await awaitEnd(call, cluster, key, inputs);
  if (!left) return;
  const kept = {
    inputs,
    apiVersion: readApiVersion(call.state, key),
    manager: findManager(call.state) ?? '',
  };
  const message = sayLeft(call, left);
  throw new PartialCreationError(message, writeState(left, kept, []), [message]);
}

/** Waits for the end of an object; what is left when nobody waits any longer. */
async function awaitEnd(
  call: DeleteCall,
  { objects }: Cluster,
  key: ReturnType<typeof keyOf>,
  inputs: Properties,
): Promise<Properties | undefined> {
  const { signal } = call;
  const uid = pluckText(call.state, 'metadata', 'uid');
  let left: Properties = readLive(call.state);
  const ending = await pollUntil(
    async () => {
      const found = await objects.find(key, signal).catch(waitOut);
      if (found === 'away') return undefined;
      // Another one of its name is not the one that was deleted.
      if (!found || (uid !== '' && pluckText(found, 'metadata', 'uid') !== uid)) return true;
      left = found;
      return undefined;
    },
    { seconds: findPatience(call.timeoutSeconds, inputs), signal },
  ).catch((error: unknown) => {
    if (signal.aborted) return 'cancelled' as const;
    if (error instanceof NoMatchError) return true;
    throw error;
  });
  return ending === true ? undefined : left;
}

/** A moment in which the API server does not answer says nothing. */
function waitOut(error: unknown): 'away' {
  if (error instanceof UnreachableError || (error instanceof ApiError && error.status >= 429)) return 'away';
  throw error;
}

function sayLeft({ signal }: DeleteCall, left: Properties): string {
  const { name } = keyOf(left);
  const finalizers = pluckList(left, 'metadata', 'finalizers').map(String);
  const hint = finalizers.length > 0 ? `: finalizers might be preventing deletion (${finalizers.join(', ')})` : '';
  const what = signal.aborted ? 'context canceled: nobody waits any more for' : 'timed out waiting for';
  return `${what} the end of "${name}"${hint}`;
}

function refuseUnreachable({ settings }: Cluster, fault: string): void {
  if (settings.deleteUnreachable) return;
  const way =
    'If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';
  throw new Error(`configured Kubernetes cluster is unreachable: ${fault}. ${way}`);
}
