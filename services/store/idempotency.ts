// Idempotency keys: which request is under way, and the sealed answer of each that ended. Only the system reads them.

import { only, json, type Tx } from './transaction.ts';

/** What a key belongs to. */
export type IdempotencyScope = { tokenId: string; method: string; path: string; key: string };

/** An answer that is given again. Headers are those that matter, such as `location`. */
export type StoredAnswer = { status: number; headers: Record<string, string>; body: string };

/** What became of a key: go on, answer as before, refuse another body (422), or ask to wait (409). */
export type IdempotencyBeginning =
  | { outcome: 'started' }
  | { outcome: 'replay'; answer: StoredAnswer }
  | { outcome: 'mismatch' }
  | { outcome: 'in-flight' };

/** How long answers are kept. */
export const idempotencyHours = 24;

// A request that has not ended by then died with its process; no handler takes a tenth of it.
const abandonedSeconds = 60;

const context = ({ tokenId, method, path, key }: IdempotencyScope): string =>
  `idempotency/${tokenId}/${method}/${path}/${key}`;

/** Takes a key, or says what stands in the way. */
export async function beginIdempotent(
  tx: Tx,
  scope: IdempotencyScope,
  bodyHash: Uint8Array,
): Promise<IdempotencyBeginning> {
  const { tokenId, method, path, key } = scope;
  const hash = Buffer.from(bodyHash);
  const [started] = await tx.sql`
    insert into idempotency_keys as k (token_id, method, path, key, body_hash, state)
    values (${tokenId}, ${method}, ${path}, ${key}, ${hash}, 'in-flight')
    on conflict (token_id, method, path, key) do update set
      body_hash = excluded.body_hash, state = 'in-flight', status = null, headers = null, body_enc = null,
      created_at = now()
    where k.created_at < now() - make_interval(hours => ${idempotencyHours})
      or (k.state = 'in-flight' and k.body_hash = excluded.body_hash
        and k.created_at < now() - make_interval(secs => ${abandonedSeconds}))
    returning 1
  `;
  if (started !== undefined) return { outcome: 'started' };
  const row = only(
    await tx.sql<
      { bodyHash: Buffer; status: number | null; headers: Record<string, string> | null; bodyEnc: Buffer | null }[]
    >`
      select body_hash, status, headers, body_enc from idempotency_keys
      where token_id = ${tokenId} and method = ${method} and path = ${path} and key = ${key}
    `,
  );
  if (!row.bodyHash.equals(hash)) return { outcome: 'mismatch' };
  if (row.status === null || row.bodyEnc === null) return { outcome: 'in-flight' };
  const body = tx.vault.open(row.bodyEnc, context(scope)).toString('utf8');
  return { outcome: 'replay', answer: { status: row.status, headers: row.headers ?? {}, body } };
}

/** Keeps the answer of a request. */
export async function completeIdempotent(tx: Tx, scope: IdempotencyScope, answer: StoredAnswer): Promise<void> {
  const { tokenId, method, path, key } = scope;
  await tx.sql`
    update idempotency_keys set
      state = 'completed', status = ${answer.status}, headers = ${json(tx, answer.headers)},
      body_enc = ${tx.vault.seal(answer.body, context(scope))}
    where token_id = ${tokenId} and method = ${method} and path = ${path} and key = ${key}
  `;
}

/** Gives a key back after an answer that is not kept (5xx), so that the same request may be sent again. */
export async function abandonIdempotent(tx: Tx, { tokenId, method, path, key }: IdempotencyScope): Promise<void> {
  await tx.sql`
    delete from idempotency_keys
    where token_id = ${tokenId} and method = ${method} and path = ${path} and key = ${key} and state = 'in-flight'
  `;
}

/** Forgets keys that are past their time; a sweep calls it. */
export async function deleteOldIdempotencyKeys(tx: Tx): Promise<number> {
  const { count } = await tx.sql`
    delete from idempotency_keys where created_at < now() - make_interval(hours => ${idempotencyHours})
  `;
  return count;
}
