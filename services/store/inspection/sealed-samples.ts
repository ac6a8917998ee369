// One sealed value for each column and master key: whether the keys at hand open what the database holds.

import { sealedColumns } from '../sealed-columns.ts';
import type { Query } from '../transaction.ts';

/** A sealed value, and what it was sealed for. */
export type SealedSample = { keyId: string; place: string; sealed: Buffer; context: string };

/** Takes the samples. */
export async function takeSealedSamples(sql: Query): Promise<SealedSample[]> {
  const samples: SealedSample[] = [];
  for (const { table, column, keys, contextOf } of sealedColumns) {
    const enc = sql(column);
    // As the vault lays it out: a version, the length of the key's id, the id.
    const keyId = sql`convert_from(substring(${enc} from 3 for get_byte(${enc}, 1)), 'UTF8')`;
    const rows = await sql<(Record<string, string> & { keyId: string; sealed: Buffer })[]>`
      select distinct on (key_id) ${keyId} as key_id, ${enc} as sealed, ${sql(keys as string[])} from ${sql(table)}
      where ${enc} is not null order by key_id
    `;
    for (const { keyId: id, sealed, ...row } of rows)
      samples.push({ keyId: id, place: `${table}.${column}`, sealed, context: contextOf(row) });
  }
  return samples;
}

/** The master key that seals. */
export async function findSealingKey(sql: Query): Promise<string | undefined> {
  const [row] = await sql<{ id: string }[]>`select id from master_keys order by became_current_at desc limit 1`;
  return row?.id;
}
