// Whether a federation may take a member: its hub was checked and found to be one.

import { setTimeout as delay } from 'node:timers/promises';
import { FleetyardError } from '../../domain/errors.ts';
import { judgeStanding } from '../../domain/standing.ts';
import { getFederation, type FederationRow } from '../../store/federations.ts';
import { listTellingOperations, type OperationRow } from '../../store/operations.ts';
import type { WorkerContext } from '../context.ts';
import type { Patience } from './reach-clusters.ts';

/** The federation to join, and for how long its check is waited for. */
type Waiting = { federationId: string; patience: Patience; signal: AbortSignal };

/**
 * Waits for a check of the hub that is under way. Throws `validation`, which is not tried again by itself, when the last one did not succeed,
 * and `unavailable` when none comes to its end in time.
 */
export async function awaitReadyFederation(
  { store }: Pick<WorkerContext, 'store'>,
  { federationId, patience, signal }: Waiting,
): Promise<void> {
  const end = performance.now() + patience.forSeconds * 1000;
  for (;;) {
    const { row, newest } = await store.asSystem(async (tx) => ({
      row: await getFederation(tx, federationId, { includeDeleted: true }),
      newest: (await listTellingOperations(tx, [federationId])).get(federationId),
    }));
    const standing = row.deletedAt === null ? judgeStanding(row, newest) : 'leaving';
    if (standing === 'as-desired') return;
    if (standing !== 'under-way') throw refuse(row, newest);
    if (performance.now() >= end) {
      const message = `the check of the hub of federation "${row.name}" has not ended after ${patience.forSeconds} s`;
      throw new FleetyardError('unavailable', message);
    }
    await delay(patience.everySeconds * 1000, undefined, { signal });
  }
}

function refuse({ name, deletedAt }: FederationRow, newest: OperationRow | undefined): FleetyardError {
  const again = newest?.state === 'failed' && deletedAt === null;
  const way = again ? `; retry that first (POST /v1/operations/${newest.id}/retry), then this` : '';
  return new FleetyardError(
    'validation',
    `federation "${name}" takes no members: the check of its hub has not succeeded${way}`,
  );
}
