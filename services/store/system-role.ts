// For single statements a project's unit of work may be the system: for rows that projects may not read.

import { appRole, systemRole } from './check-isolation.ts';
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
