// The history that Pulumi writes beside its state: each update and the checkpoint before it, which nothing of ours reads.

import { connect } from './connection.ts';
import type { Pool } from './transaction.ts';
import type { Keeping } from './retention.ts';

/** The table of Pulumi's PostgreSQL backend; its layout is that of the file backend, with paths as keys, behind the path of its URL: the database. */
const stateTable = 'pulumi_state';
const folders = ['.pulumi/history/', '.pulumi/backups/'];
const isHistory = folders
  .flatMap((folder) => [`'${folder}'`, `current_database() || '/${folder}'`])
  .map((start) => `starts_with(key, ${start})`)
  .join(' or ');

/** Forgets old entries of every stack, and returns how many. The newest of each kind stays, and the state itself is never touched. */
export async function pruneStateHistory(url: string, { days, kept, limit = 500 }: Keeping): Promise<number> {
  const sql = connect({ url, applicationName: 'fleetyard-retention', max: 1 });
  try {
    let removed = 0;
    for (const schema of await listStateSchemas(sql)) {
      const table = sql`${sql(schema)}.${sql(stateTable)}`;
      const { count } = await sql`
        delete from ${table} where key = any(array(
          select key from (
            select key, updated_at, row_number() over (
              partition by regexp_replace(key, '/[^/]*$', ''), substring(key from '[.](history|checkpoint)[.]')
              order by updated_at desc, key desc
            ) as place
            from ${table} where ${sql.unsafe(isHistory)}
          ) placed
          where place > 1 and (place > ${kept} or updated_at < now() - make_interval(secs => ${days} * 86400.0))
          order by updated_at limit ${limit}
        ))
      `;
      removed += count;
    }
    return removed;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function listStateSchemas(sql: Pool): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select schemaname::text as name from pg_tables where tablename = ${stateTable} order by name
  `;
  return rows.map(({ name }) => name);
}
