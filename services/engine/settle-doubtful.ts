// Settles creations in doubt: takes into the state what the cloud did make, forgets what it did not, and refuses what is not ours.

import { setTimeout as delay } from 'node:timers/promises';
import { getRecovery } from '../../stacks/registry.ts';
import { listForeign } from './check-ownership.ts';
import { EngineEvents, resourceName } from './engine-events.ts';
import { findPhysicalIds } from './find-physical-ids.ts';
import type { Deployment, StateResource } from './deployment.ts';
import type { OpenStack } from './open-stack.ts';
import {
  adoptDoubtful,
  dropResources,
  listPendingCreates,
  listUnfinished,
  orderReplaced,
  type DoubtfulCreate,
} from './pending-creates.ts';
import type { RunnerChannel } from './runner-channel.ts';

/** How often to look at what the cloud is still making: an hour at ten seconds a look, which no cloud takes. */
const settleLooks = 360;
/** Clouds show tags some seconds late, so that what carries none is believed to be foreign only when it is seen again. */
const ownershipLooks = 3;

/** What settles on which stack, and what ends it early. */
export type Settling = { channel: RunnerChannel; open: OpenStack; signal: AbortSignal };

/** A stack whose creations in doubt are settled; what is `foreign` bears a name of ours and belongs to somebody else. */
export type Settled = { open: OpenStack; foreign: StateResource[] };

async function refresh({ channel, open, signal }: Settling): Promise<Deployment> {
  const events = new EngineEvents((event) => channel.sendEvent(event));
  // The Automation API does not look at a signal that was given before it began to listen.
  signal.throwIfAborted();
  await open.stack.refresh({
    runProgram: true,
    showSecrets: false,
    signal,
    onEvent: events.handle.bind(events),
  });
  return (await open.stack.exportStack()) as Deployment;
}

/** Waits until the cloud has finished what it was making when nobody looked; building on it earlier would fail. */
async function awaitSettled(settling: Settling, doubtful: readonly DoubtfulCreate[]): Promise<Deployment> {
  const urns = new Set(doubtful.map(({ resource }) => resource.urn));
  const { provider, layer, settlePauseMilliseconds: pause } = settling.channel.request;
  const { isUnfinished, tagProperties } = getRecovery(provider, layer);
  for (let look = 1; ; look += 1) {
    const deployment = await refresh(settling);
    const unsure = look < ownershipLooks && listForeign(deployment, doubtful, tagProperties).length > 0;
    if (!unsure && (look > settleLooks || listUnfinished(deployment, urns, isUnfinished).length === 0))
      return deployment;
    await delay(pause, undefined, { signal: settling.signal });
  }
}

function tell({ channel }: Settling, deployment: Deployment, doubtful: readonly DoubtfulCreate[]): void {
  if (doubtful.length === 0) return;
  const standing = new Set((deployment.deployment.resources ?? []).map((resource) => resource.urn));
  const name = ({ resource }: DoubtfulCreate): string => resourceName(resource.urn);
  channel.sendEvent({
    type: 'recovered',
    adopted: doubtful.filter(({ resource }) => standing.has(resource.urn)).map(name),
    cleared: doubtful.filter(({ resource }) => !standing.has(resource.urn)).map(name),
  });
}

/**
 * Settles all of it, or throws and may be called again from wherever it stopped: what is in doubt is kept with the stack before the
 * import forgets it, and the import brings ids into the state that only the refresh proves.
 */
export async function settleDoubtful(settling: Settling, doubtful: DoubtfulCreate[]): Promise<Settled> {
  const { channel, open } = settling;
  if (doubtful.length > 0) await channel.keepDoubtful(doubtful);
  const ids = await findPhysicalIds(channel.request, open, listPendingCreates(open.deployment, doubtful));
  const adopted = adoptDoubtful(open.deployment, doubtful, ids);
  if (ids.size > 0 || hasPendingOperations(open.deployment)) await open.stack.importStack(adopted);
  if ((adopted.deployment.resources ?? []).length === 0) {
    tell(settling, adopted, doubtful);
    return { open: { ...open, deployment: adopted }, foreign: [] };
  }
  const deployment = await awaitSettled(settling, doubtful);
  const { tagProperties } = getRecovery(channel.request.provider, channel.request.layer);
  const foreign = listForeign(deployment, doubtful, tagProperties);
  const own = await tidyUp(open, deployment, foreign);
  tell(settling, own, doubtful);
  return { open: { ...open, deployment: own }, foreign };
}

/** Takes foreign resources out of the state again, so that nothing of ours ever changes or destroys them, and puts the rest in order. */
async function tidyUp(open: OpenStack, deployment: Deployment, foreign: StateResource[]): Promise<Deployment> {
  const own = foreign.length === 0 ? deployment : dropResources(deployment, new Set(foreign.map(({ urn }) => urn)));
  const tidy = orderReplaced(own) ?? own;
  if (tidy !== deployment) await open.stack.importStack(tidy);
  return tidy;
}

/** Whether the last runner of a deployment was in the middle of something. */
export function hasPendingOperations(deployment: Deployment): boolean {
  return (deployment.deployment.pending_operations ?? []).length > 0;
}
