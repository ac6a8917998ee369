// One connection for a look at an installation: read-only, with short limits, whatever state schema and logins are in.

import { systemRole } from '../check-isolation.ts';
import { connect } from '../connection.ts';
import type { Query } from '../transaction.ts';

/** Looks at a database. */
export type Inspect = <T>(work: (sql: Query) => Promise<T>, options?: { asSystem: boolean }) => Promise<T>;

/** Seconds for a connection, and for one statement. */
const [connectSeconds, statementSeconds] = [5, 6];

/** Makes the function that looks; each look has a connection of its own, so that one that hangs holds up no other. */
export function openInspection(url: string): Inspect {
  return async (work, { asSystem } = { asSystem: true }) => {
    const sql = connect({ url, applicationName: 'fleetyard-doctor', max: 1, keepOpen: true, connectSeconds });
    try {
      await sql`
        select set_config('default_transaction_read_only', 'on', false),
          set_config('statement_timeout', ${`${statementSeconds}s`}, false)
      `;
      if (asSystem) await sql`select set_config('role', ${systemRole}, false)`;
      return await work(sql);
    } finally {
      // Not waited for: what it is connected to may never answer.
      void sql.end({ timeout: 0 });
    }
  };
}
