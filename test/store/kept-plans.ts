// Plans that are made while tables are empty are kept by a session, and must be good when thousands of rows stand.
import postgres from 'postgres';
import { test } from 'tap';
import { findClustersNamed } from '../../services/store/clusters.ts';
import { openTestStore } from './fixtures.ts';

test('9: names are looked up by their own index, also by a plan that an empty table had', async (t) => {
  const { adminUrl, work } = await openTestStore(t, { max: 1 });
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  t.teardown(() => sql.end({ timeout: 1 }));
  const countScans = async (): Promise<Map<string, number>> => {
    const rows = await sql<{ name: string; scans: number }[]>`
      select indexrelname as name, idx_scan::integer as scans from pg_stat_user_indexes where relname = 'clusters'
    `;
    return new Map(rows.map(({ name, scans }) => [name, scans]));
  };
  const before = await countScans();
  // PostgreSQL settles on a plan for all parameters after five.
  for (let index = 0; index < 8; index++) await work((tx) => findClustersNamed(tx, ['a', 'b']));
  await work((tx) => tx.sql`select pg_stat_force_next_flush()`);
  const used = [...(await countScans())].filter(([name, scans]) => scans > (before.get(name) ?? 0));
  t.same(
    used.map(([name]) => name),
    ['clusters_name_key'],
  );
});
