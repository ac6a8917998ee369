// Puts a stack right after a runner that did not end in order: never a blind re-run, and repeatable from any point.

import type { EngineFailure } from './classify-failure.ts';
import { resourceName } from './engine-events.ts';
import type { Deployment, StateResource } from './deployment.ts';
import type { OpenStack } from './open-stack.ts';
import { listDoubtful, type DoubtfulCreate } from './pending-creates.ts';
import type { RunnerChannel } from './runner-channel.ts';
import { hasPendingOperations, settleDoubtful } from './settle-doubtful.ts';

/** A resource of somebody else stands under a name that a stack needs. */
export class ForeignResourceError extends Error {
  readonly failure: EngineFailure;

  constructor(foreign: readonly StateResource[]) {
    const names = foreign.map(({ type, urn, id }) => `${type} ${resourceName(urn)} (${id ?? 'without an id'})`);
    super(`not made by Fleetyard for this cluster, and left alone: ${names.join(', ')}`);
    this.name = 'ForeignResourceError';
    const [first] = foreign;
    const resource = first === undefined ? undefined : `${first.type} ${resourceName(first.urn)}`;
    const found = { class: 'conflict', code: 'ForeignResource', message: this.message } as const;
    this.failure = resource === undefined ? found : { ...found, resource };
  }
}

async function clearLock(open: OpenStack): Promise<void> {
  // The lease says that no other runner works on this stack, and the last one is proven dead.
  await open.stack.cancel().catch((error: unknown) => {
    if (!/no (active )?update|not currently|does not exist|no stack/i.test(String(error))) throw error;
  });
}

/** Whether something must be settled before an action may begin. */
export function needsRecovery({ recover, doubtful }: RunnerChannel['request'], deployment: Deployment): boolean {
  return recover || doubtful.length > 0 || hasPendingOperations(deployment);
}

/**
 * Clears a dead runner's lock, finds in the cloud what it was creating, and settles it. Updates and deletes that were under way are
 * settled by the same refresh. Throws `ForeignResourceError` when an `up` meets what is not ours; to a destroy it means nothing.
 */
export async function recoverStack(channel: RunnerChannel, open: OpenStack): Promise<OpenStack> {
  const { request } = channel;
  if (request.recover) await clearLock(open);
  const doubtful = listDoubtful(open.deployment, request.doubtful);
  const settled = await settleDoubtful({ channel, open, signal: channel.cancelled }, doubtful);
  if (settled.foreign.length > 0 && request.action === 'up') throw new ForeignResourceError(settled.foreign);
  return settled.open;
}

/**
 * Settles creates that ended with an error although the cloud may have made the resource: a time-out, a lost answer, a cancel. Left
 * alone, a retry would make it twice and a delete would never find it.
 */
export async function adoptFailedCreates(
  channel: RunnerChannel,
  open: OpenStack,
  failed: readonly DoubtfulCreate[],
): Promise<void> {
  if (failed.length === 0) return;
  // Kept before the first look: the state has forgotten them, and the looks may fail for the same reason as the creates.
  await channel.keepDoubtful([...failed]);
  const deployment = (await open.stack.exportStack()) as Deployment;
  const doubtful = listDoubtful(deployment, failed);
  // The cancel that ended the action must not end its settling.
  const signal = new AbortController().signal;
  const { foreign } = await settleDoubtful({ channel, open: { ...open, deployment }, signal }, doubtful);
  if (foreign.length > 0) throw new ForeignResourceError(foreign);
}
