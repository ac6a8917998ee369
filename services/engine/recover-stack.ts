// Puts a stack right after a runner that did not end in order: never a blind re-run.

import { setTimeout as delay } from 'node:timers/promises';
import { EngineEvents, resourceName } from './engine-events.ts';
import { findPhysicalIds } from './find-physical-ids.ts';
import type { Deployment, OpenStack } from './open-stack.ts';
import { adoptPendingCreates, listPendingCreates, listUnsettled } from './pending-creates.ts';
import type { RunnerChannel } from './runner-channel.ts';

/** How often to look at what the cloud is still making: an hour at ten seconds a look, which no cloud takes. */
const settleLooks = 360;

async function clearLock(open: OpenStack): Promise<void> {
  // The lease says that no other runner works on this stack, and the last one is proven dead.
  await open.stack.cancel().catch((error: unknown) => {
    if (!/no (active )?update|not currently|does not exist|no stack/i.test(String(error))) throw error;
  });
}

async function refresh(channel: RunnerChannel, open: OpenStack): Promise<Deployment> {
  const events = new EngineEvents((event) => channel.sendEvent(event));
  await open.stack.refresh({
    runProgram: true,
    showSecrets: false,
    signal: channel.cancelled,
    onEvent: events.handle.bind(events),
  });
  return (await open.stack.exportStack()) as Deployment;
}

/** Waits until the cloud has finished what it was making when the last runner died; building on it earlier would fail. */
async function awaitSettled(channel: RunnerChannel, open: OpenStack, urns: Set<string>): Promise<Deployment> {
  let deployment = await refresh(channel, open);
  const pause = channel.request.settlePauseMilliseconds;
  for (let look = 0; look < settleLooks && listUnsettled(deployment, urns).length > 0; look += 1) {
    await delay(pause, undefined, { signal: channel.cancelled });
    deployment = await refresh(channel, open);
  }
  return deployment;
}

/**
 * Clears the dead runner's lock, finds in the cloud what it was creating, takes that into the state, forgets what the cloud does not
 * have, and refreshes. Updates and deletes that were under way are settled by the same refresh.
 */
export async function recoverStack(channel: RunnerChannel, open: OpenStack): Promise<OpenStack> {
  if (channel.request.recover) await clearLock(open);
  if ((open.deployment.deployment.pending_operations ?? []).length === 0) return open;
  const pending = listPendingCreates(open.deployment);
  const ids = await findPhysicalIds(channel.request, open, pending);
  await open.stack.importStack(adoptPendingCreates(open.deployment, ids));
  const deployment = await awaitSettled(channel, open, new Set(ids.keys()));
  const standing = new Set((deployment.deployment.resources ?? []).map((resource) => resource.urn));
  channel.sendEvent({
    type: 'recovered',
    adopted: pending.filter(({ urn }) => standing.has(urn)).map(({ urn }) => resourceName(urn)),
    cleared: pending.filter(({ urn }) => !standing.has(urn)).map(({ urn }) => resourceName(urn)),
  });
  return { ...open, deployment };
}
