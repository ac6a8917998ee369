// Delivers what follows a committed unit of work to the queue.

import type { Consequence } from '../domain/consequences.ts';
import type { OperationProducer } from './operation-producer.ts';

/**
 * Makes the function that the store calls after a commit. A queue that is away loses nothing: it is reported, and the sweep
 * signals what the queue does not have.
 */
export function createDelivery(
  queue: Pick<OperationProducer, 'enqueue'>,
  report: (error: unknown) => void,
): (consequences: readonly Consequence[]) => Promise<void> {
  return async (consequences) => {
    try {
      await queue.enqueue(consequences.map(({ signal }) => signal));
    } catch (error) {
      report(error);
    }
  };
}
