// Stands in for workers: claims whatever may be claimed and ends it as the test says.
import { cancelLocked } from '../../services/store/cancel-operation.ts';
import { claimOperation, listLostJobs } from '../../services/store/leases.ts';
import { getOperation, type OperationRow } from '../../services/store/operations.ts';
import { finishOperation, type Outcome, waitForChildren } from '../../services/store/settle-operation.ts';
import { leaseOf, type TestStore } from '../store/fixtures.ts';

/** Ends what may be claimed now, and what may be claimed after that; what waits for children waits. The names of what ran, in order. */
export async function walkAll(
  { store }: Pick<TestStore, 'store'>,
  judge: (operation: OperationRow) => Outcome | Promise<Outcome> = () => 'succeeded',
): Promise<string[]> {
  const walked: string[] = [];
  for (;;) {
    const [job] = await store.asSystem((tx) => listLostJobs(tx));
    if (job === undefined) return walked;
    const claimed = await store.asSystem((tx) =>
      claimOperation(tx, { id: job.operationId, owner: 'test', leaseSeconds: 60 }),
    );
    if (claimed === undefined) throw new Error(`operation ${job.operationId} could not be claimed`);
    walked.push(`${claimed.kind} ${claimed.resourceKind}`);
    const lease = leaseOf(claimed);
    if (claimed.resourceKind === 'fleet') {
      await store.asSystem((tx) => waitForChildren(tx, lease));
      continue;
    }
    const outcome = claimed.state === 'cancelling' ? 'cancelled' : await judge(claimed);
    if (outcome === 'cancelled') await store.asSystem((tx) => cancelLocked(tx, claimed));
    const error = outcome === 'failed' ? { error: { code: 'capacity', message: 'none left' } } : {};
    await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome, ...error }));
  }
}

/** An operation as it is now. */
export function reread({ work }: TestStore, operation: { id: string } | null | undefined): Promise<OperationRow> {
  return work((tx) => getOperation(tx, operation?.id ?? ''));
}
