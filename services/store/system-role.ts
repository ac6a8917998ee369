// For single statements a project's unit of work may be the system: for rows that projects may not read.

import { appRole, systemRole } from './check-isolation.ts';
import type { MaybeRow, PendingQuery, RowList } from 'postgres';
import type { Tx } from './transaction.ts';

/** Runs statements as the system inside a unit of work of a project. */
export async function withSystemRole<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  if (tx.projectId === null) return work();
  const become = (role: string): Promise<unknown> => tx.sql`select set_config('role', ${role}, true)`;
  await become(systemRole);
  try {
    return await work();
  } finally {
    // After a statement that failed only a rollback is possible, and it restores the role by itself.
    await become(appRole).catch(() => undefined);
  }
}

/** Sends one statement as the system; the changes of the role go with it, in one way to the server. */
export async function sendAsSystem<Rows extends readonly MaybeRow[]>(
  tx: Tx,
  statement: () => PendingQuery<Rows>,
): Promise<RowList<Rows>> {
  if (tx.projectId === null) return statement();
  const become = (role: string) => tx.sql`select set_config('role', ${role}, true)`.execute();
  // Each is on its way before the next one is made: a query that is only waited for may be overtaken.
  const [, rows] = await Promise.all([become(systemRole), statement().execute(), become(appRole)]);
  return rows;
}
