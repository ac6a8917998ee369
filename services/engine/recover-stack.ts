// Puts a stack right after a runner that did not end in order: never a blind re-run.

import { setTimeout as delay } from 'node:timers/promises';
import { getRecovery } from '../../stacks/registry.ts';
import { EngineEvents, resourceName } from './engine-events.ts';
import { findPhysicalIds } from './find-physical-ids.ts';
import type { Deployment, OpenStack, StateResource } from './open-stack.ts';
import { adoptPendingCreates, listPendingCreates, listUnfinished } from './pending-creates.ts';
import type { RunnerChannel } from './runner-channel.ts';

/** How often to look at what the cloud is still making: an hour at ten seconds a look, which no cloud takes. */
const settleLooks = 360;

async function clearLock(open: OpenStack): Promise<void> {
  // The lease says that no other runner works on this stack, and the last one is proven dead.
  await open.stack.cancel().catch((error: unknown) => {
    if (!/no (active )?update|not currently|does not exist|no stack/i.test(String(error))) throw error;
  });
}

type Settling = { channel: RunnerChannel; open: OpenStack; signal: AbortSignal };

async function refresh({ channel, open, signal }: Settling): Promise<Deployment> {
  const events = new EngineEvents((event) => channel.sendEvent(event));
  await open.stack.refresh({
    runProgram: true,
    showSecrets: false,
    signal,
    onEvent: events.handle.bind(events),
  });
  return (await open.stack.exportStack()) as Deployment;
}

/** Waits until the cloud has finished what it was making when nobody looked; building on it earlier would fail. */
async function awaitSettled(settling: Settling, urns: Set<string>): Promise<Deployment> {
  let deployment = await refresh(settling);
  const { provider, layer, settlePauseMilliseconds: pause } = settling.channel.request;
  const { isUnfinished } = getRecovery(provider, layer);
  for (let look = 0; look < settleLooks && listUnfinished(deployment, urns, isUnfinished).length > 0; look += 1) {
    await delay(pause, undefined, { signal: settling.signal });
    deployment = await refresh(settling);
  }
  return deployment;
}

/** Takes what the cloud did make into the state, forgets what it did not, and refreshes. */
async function settlePendingOperations(settling: Settling): Promise<OpenStack> {
  const { channel, open } = settling;
  const pending = listPendingCreates(open.deployment);
  const ids = await findPhysicalIds(channel.request, open, pending);
  await open.stack.importStack(adoptPendingCreates(open.deployment, ids));
  const deployment = await awaitSettled(settling, new Set(ids.keys()));
  const standing = new Set((deployment.deployment.resources ?? []).map((resource) => resource.urn));
  channel.sendEvent({
    type: 'recovered',
    adopted: pending.filter(({ urn }) => standing.has(urn)).map(({ urn }) => resourceName(urn)),
    cleared: pending.filter(({ urn }) => !standing.has(urn)).map(({ urn }) => resourceName(urn)),
  });
  return { ...open, deployment };
}

/**
 * Clears a dead runner's lock, finds in the cloud what it was creating, and settles it. Updates and deletes that were under way are
 * settled by the same refresh.
 */
export async function recoverStack(channel: RunnerChannel, open: OpenStack): Promise<OpenStack> {
  if (channel.request.recover) await clearLock(open);
  if ((open.deployment.deployment.pending_operations ?? []).length === 0) return open;
  return settlePendingOperations({ channel, open, signal: channel.cancelled });
}

/**
 * Settles creates that ended with an error although the cloud may have made the resource: a time-out, a lost answer, a cancel. Left
 * alone, a retry would make it twice and a delete would never find it.
 */
export async function adoptFailedCreates(
  channel: RunnerChannel,
  open: OpenStack,
  failed: StateResource[],
): Promise<void> {
  if (failed.length === 0) return;
  const { deployment: state, ...rest } = (await open.stack.exportStack()) as Deployment;
  const pending = [...(state.pending_operations ?? []), ...failed.map((resource) => ({ resource, type: 'creating' }))];
  const deployment = { ...rest, deployment: { ...state, pending_operations: pending } };
  // The cancel that ended the action must not end its settling.
  await settlePendingOperations({ channel, open: { ...open, deployment }, signal: new AbortController().signal });
}
