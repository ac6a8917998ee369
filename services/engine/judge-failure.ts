// The verdict on an action that did not succeed: did the engine end in order, and is anything left in doubt?

import type { EngineFailure } from './classify-failure.ts';
import type { EngineEvents } from './engine-events.ts';
import { explainError, findDeathSignal } from './explain-error.ts';
import type { OpenStack } from './open-stack.ts';
import type { DoubtfulCreate } from './pending-creates.ts';
import { adoptFailedCreates, ForeignResourceError } from './recover-stack.ts';
import type { RunnerChannel } from './runner-channel.ts';
import type { StepVerdict } from './step-request.ts';

/** Classes after which the cloud may hold a resource that the state does not know. */
const doubtfulClasses = new Set<EngineFailure['class']>(['unreachable', 'conflict', 'internal']);

/** What ended: the stack as far as it was opened, the events of the action, and what was thrown. */
export type FailedAction = { open: OpenStack | undefined; events: EngineEvents; error: unknown };

/** Creates whose own errors leave open whether the cloud made the resource; a cancelled one says nothing. */
export function listInDoubt(events: EngineEvents, cancelled: boolean): DoubtfulCreate[] {
  return events.failedCreates.filter(({ resource }) => {
    const failure = events.findFailure(resource.urn);
    return cancelled || failure === undefined || doubtfulClasses.has(failure.class);
  });
}

/** What the look at the failed creates came to. Undefined means that they are still in doubt. */
async function settleFailure(
  channel: RunnerChannel,
  { open, events }: FailedAction,
  failure: EngineFailure,
): Promise<EngineFailure | undefined> {
  const cancelled = channel.cancelled.aborted;
  if (open === undefined || channel.request.action !== 'up') return failure;
  try {
    await adoptFailedCreates(channel, open, listInDoubt(events, cancelled));
    return failure;
  } catch (error) {
    if (error instanceof ForeignResourceError) return error.failure;
    const message = `what failed could not be looked up: ${explainError(error, channel.request)}`;
    channel.sendEvent({ type: 'diagnostic', severity: 'warning', message });
    return undefined;
  }
}

/** How the engine came to an end that was not its own; undefined when it ended in order. */
function findDeath({ events, error }: FailedAction): string | undefined {
  const signal = findDeathSignal(error);
  if (signal !== undefined) return `the engine was ended by ${signal}`;
  return events.began && !events.ended ? 'the engine ended without a summary' : undefined;
}

/**
 * Judges it. `died` when the CLI was ended by a signal, or began to act and never said that it ended; its state may be half written
 * then, and nothing is looked up here. Settled is only what ended with a summary and left no creation in doubt.
 */
export async function judgeFailure(channel: RunnerChannel, failed: FailedAction): Promise<StepVerdict> {
  const { events, error } = failed;
  const { request } = channel;
  const death = findDeath(failed);
  if (death !== undefined) return { outcome: 'died', detail: death };
  if (error instanceof ForeignResourceError) return { outcome: 'failed', failure: error.failure, settled: true };
  const failure = events.failure(explainError(error, request));
  const found = events.ended ? await settleFailure(channel, failed, failure) : undefined;
  const settled = found !== undefined;
  return channel.cancelled.aborted
    ? { outcome: 'cancelled', settled }
    : { outcome: 'failed', failure: found ?? failure, settled };
}
