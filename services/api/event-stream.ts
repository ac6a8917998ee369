// Writes an operation's events as server-sent events, from where the reader left off until the operation has come to rest.

import { isSettled } from '../domain/operation.ts';
import { listEvents } from '../store/events.ts';
import { getOperation } from '../store/operations.ts';
import type { Call } from './call.ts';
import { describeEvent } from './describe-resources.ts';

const batch = 200;

/** Yields the text of each event, comments while nothing happens, and `end` last, so that readers know not to come back. */
export async function* streamEvents(
  { parts, asProject, signal }: Pick<Call, 'parts' | 'asProject' | 'signal'>,
  operationId: string,
  afterSeq: number,
): AsyncGenerator<string> {
  const watch = parts.feed.watch(operationId);
  let last = afterSeq;
  // Sends the head at once, so that the reader knows that it is connected.
  yield ': connected\n\n';
  try {
    while (!signal.aborted) {
      const { events, settled } = await asProject(async (tx) => {
        // The state is read first: when it is settled, every event is among those read after it.
        const { state } = await getOperation(tx, operationId);
        return {
          settled: isSettled(state),
          events: await listEvents(tx, { operationId, afterSeq: last, limit: batch }),
        };
      });
      for (const event of events) {
        last = event.seq;
        yield `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(describeEvent(event))}\n\n`;
      }
      if (events.length === batch) continue;
      if (settled) {
        yield `event: end\ndata: {}\n\n`;
        return;
      }
      const quiet = events.length === 0;
      await watch.wait(parts.heartbeatMs, signal);
      if (quiet) yield ': alive\n\n';
    }
  } finally {
    watch.close();
  }
}
