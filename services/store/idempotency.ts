// Idempotency keys: the sealed answer of each request that had one, written in the unit of work of what it answers. Only the system reads them.

import { createHash } from 'node:crypto';
import { FleetyardError } from '../domain/errors.ts';
import { withSystemRole } from './system-role.ts';
import { json, only, type Tx } from './transaction.ts';

/** What a key belongs to. */
export type IdempotencyScope = { tokenId: string; method: string; path: string; key: string };

/** An answer that is given again. Headers are those that matter, such as `location`. */
export type StoredAnswer = { status: number; headers: Record<string, string>; body: string };

/** How long answers are kept when nothing else is said. */
export const idempotencyHours = 24;

/** What an answer is sealed for. */
export const answerContext = ({ tokenId, method, path, key }: IdempotencyScope): string =>
  `idempotency/${tokenId}/${method}/${path}/${key}`;

/**
 * Takes a key for the rest of the unit of work, or finds the answer that it has. Throws `idempotency-key-reused` for another body, and
 * `idempotency-in-flight` while another unit of work holds the key. Nothing is written: a unit of work that fails, or whose process dies,
 * leaves no trace, and its end frees the key at once.
 */
export async function takeKey(
  tx: Tx,
  scope: IdempotencyScope,
  bodyHash: Uint8Array,
): Promise<StoredAnswer | undefined> {
  // A lock that belongs to the transaction has one owner by nature: no late request can complete the one that came after it.
  const { taken } = only(
    await tx.sql<{ taken: boolean }[]>`select pg_try_advisory_xact_lock(${hashScope(scope)}::bigint) as taken`,
  );
  if (!taken) {
    const message = 'The first request with this Idempotency-Key has no answer yet.';
    throw new FleetyardError('idempotency-in-flight', message);
  }
  return withSystemRole(tx, () => findAnswer(tx, scope, bodyHash));
}

/** Keeps the answer to the request whose key the unit of work holds; it is there when the unit of work commits, and not before. */
export async function keepAnswer(
  tx: Tx,
  scope: IdempotencyScope,
  { bodyHash, answer }: { bodyHash: Uint8Array; answer: StoredAnswer },
): Promise<void> {
  const { tokenId, method, path, key } = scope;
  const sealed = tx.vault.seal(answer.body, answerContext(scope));
  await withSystemRole(
    tx,
    () => tx.sql`
      insert into idempotency_keys (token_id, method, path, key, body_hash, status, headers, body_enc)
      values (${tokenId}, ${method}, ${path}, ${key}, ${Buffer.from(bodyHash)}, ${answer.status},
        ${json(tx, answer.headers)}, ${sealed})
    `,
  );
}

/** Forgets keys that are past their time, the oldest first; a sweep calls it. */
export async function deleteOldIdempotencyKeys(
  tx: Tx,
  { hours = idempotencyHours, limit = 1000 }: { hours?: number; limit?: number } = {},
): Promise<number> {
  const { count } = await tx.sql`
    delete from idempotency_keys where ctid = any(array(
      select ctid from idempotency_keys
      where created_at < now() - make_interval(hours => ${hours}) order by created_at limit ${limit}
    ))
  `;
  return count;
}

/** Forgets the answers that were given to tokens which nobody can use any more. */
export async function deleteAnswersTo(tx: Tx, tokenIds: readonly string[]): Promise<void> {
  await withSystemRole(tx, () => tx.sql`delete from idempotency_keys where token_id = any(${tokenIds as string[]})`);
}

type AnswerRow = { bodyHash: Buffer; status: number; headers: Record<string, string>; bodyEnc: Buffer };

async function findAnswer(tx: Tx, scope: IdempotencyScope, bodyHash: Uint8Array): Promise<StoredAnswer | undefined> {
  const { tokenId, method, path, key } = scope;
  const isKey = tx.sql`token_id = ${tokenId} and method = ${method} and path = ${path} and key = ${key}`;
  await tx.sql`
    delete from idempotency_keys
    where ${isKey} and created_at < now() - make_interval(hours => ${idempotencyHours})
  `;
  const [row] = await tx.sql<AnswerRow[]>`
    select body_hash, status, headers, body_enc from idempotency_keys where ${isKey}
  `;
  if (row === undefined) return undefined;
  if (!row.bodyHash.equals(bodyHash)) {
    throw new FleetyardError('idempotency-key-reused', 'This Idempotency-Key was used with another body.');
  }
  const body = tx.vault.open(row.bodyEnc, answerContext(scope)).toString('utf8');
  return { status: row.status, headers: row.headers, body };
}

/** The number of the key's lock. */
function hashScope(scope: IdempotencyScope): string {
  return createHash('sha256').update(answerContext(scope)).digest().readBigInt64BE().toString();
}
