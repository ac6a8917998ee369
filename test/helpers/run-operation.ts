// Runs one operation that the test names, as a worker runs the next one.
import { readMonotonicClock } from '../../services/engine/monotonic-clock.ts';
import { claimOperation } from '../../services/store/leases.ts';
import type { WorkerContext } from '../../services/worker/context.ts';
import { type HeldOperations, runClaimed, type RunEnd } from '../../services/worker/run-operation.ts';

/** Claims it and runs it as far as it goes now; `unclaimed` when another worker has it, or it can't begin yet. */
export async function runOperation(
  context: WorkerContext,
  held: HeldOperations,
  operationId: string,
): Promise<RunEnd | 'unclaimed'> {
  const { store, owner, leaseSeconds } = context;
  const claimedAt = readMonotonicClock();
  const operation = await store.asSystem((tx) => claimOperation(tx, { id: operationId, owner, leaseSeconds }));
  return operation === undefined ? 'unclaimed' : runClaimed(context, held, { operation, claimedAt });
}
