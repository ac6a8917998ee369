// Idempotency keys: the sealed answer of each request that had one, written in the unit of work of what it answers. Only the system reads them.

import { createHash } from 'node:crypto';
import { FleetyardError } from '../domain/errors.ts';
import { isLockTimeout } from './database-errors.ts';
import { sendAsSystem, withSystemRole } from './system-role.ts';
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

/** A request with a key. */
export type KeyedRequest = { scope: IdempotencyScope; bodyHash: Uint8Array };

/** What became of the attempt to take a key: the unit of work holds it, somebody else does, or it has an answer. */
export type KeyState = 'taken' | 'held' | StoredAnswer | FleetyardError;

/** How long one unit of work waits for another that holds the same key. */
const keyPatience = '3s';

/**
 * Takes a key for the rest of the unit of work, or finds the answer that it has; waits a while for another unit of work that holds it. Throws
 * `idempotency-key-reused` for another body, and `idempotency-in-flight` when the wait was over before the answer was there. Nothing is
 * written: a unit of work that fails, or whose process dies, leaves no trace, and its end frees the key at once.
 */
export async function takeKey(
  tx: Tx,
  scope: IdempotencyScope,
  bodyHash: Uint8Array,
): Promise<StoredAnswer | undefined> {
  const request = { scope, bodyHash };
  let [state] = await takeKeys(tx, [request]);
  if (state === 'held') {
    await waitForKey(tx, scope);
    [state] = await takeKeys(tx, [request]);
  }
  if (state === undefined || state === 'held') throw refuseHeld();
  if (state instanceof FleetyardError) throw state;
  return state === 'taken' ? undefined : state;
}

/** Takes each key that nobody holds, and waits for none. No two of them may be the same. */
export async function takeKeys(tx: Tx, requests: readonly KeyedRequest[]): Promise<KeyState[]> {
  if (requests.length === 0) return [];
  // A lock that belongs to the transaction has one owner by nature: no late request can complete the one that came after it.
  const numbers = requests.map(({ scope }) => hashScope(scope));
  const locks = tx.sql<{ taken: boolean }[]>`
    select pg_try_advisory_xact_lock(number::bigint) as taken from jsonb_array_elements_text(${json(tx, numbers)}) as list (number)
  `.execute();
  const [taken, answers] = await Promise.all([locks, findAnswers(tx, requests)]);
  return requests.map((request, index) => {
    if (taken[index]?.taken !== true) return 'held';
    return judgeAnswer(tx, request, answers.get(index)) ?? 'taken';
  });
}

/** What is kept for a key. */
export type KeptAnswer = KeyedRequest & { answer: StoredAnswer };

/** Keeps the answers to requests whose keys the unit of work holds; they are there when the unit of work commits, and not before. */
export async function keepAnswers(tx: Tx, kept: readonly KeptAnswer[]): Promise<void> {
  if (kept.length === 0) return;
  const rows = kept.map(({ scope, bodyHash, answer }) => {
    const { tokenId, method, path, key } = scope;
    const sealed = tx.vault.seal(answer.body, answerContext(scope));
    const hash = Buffer.from(bodyHash).toString('hex');
    return [tokenId, method, path, key, hash, answer.status, answer.headers, sealed.toString('base64')];
  });
  await sendAsSystem(
    tx,
    () => tx.sql`
      insert into idempotency_keys (token_id, method, path, key, body_hash, status, headers, body_enc)
      select k ->> 0, k ->> 1, k ->> 2, k ->> 3, decode(k ->> 4, 'hex'), (k ->> 5)::integer, k -> 6, decode(k ->> 7, 'base64')
      from jsonb_array_elements(${json(tx, rows)}) as list (k)
    `,
  );
}

/** Keeps the answer to one request. */
export async function keepAnswer(
  tx: Tx,
  scope: IdempotencyScope,
  { bodyHash, answer }: { bodyHash: Uint8Array; answer: StoredAnswer },
): Promise<void> {
  await keepAnswers(tx, [{ scope, bodyHash, answer }]);
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

type AnswerRow = {
  index: number;
  past: boolean;
  bodyHash: Buffer;
  status: number;
  headers: Record<string, string>;
  bodyEnc: Buffer;
};

/** The answers that there are, by the place of the request. */
async function findAnswers(tx: Tx, requests: readonly KeyedRequest[]): Promise<Map<number, AnswerRow>> {
  const rows = requests.map(({ scope: { tokenId, method, path, key } }, index) => ({
    index,
    token: tokenId,
    method,
    path,
    key,
  }));
  const found = await sendAsSystem(
    tx,
    () => tx.sql<AnswerRow[]>`
      select asked.index, k.body_hash, k.status, k.headers, k.body_enc,
        k.created_at < now() - make_interval(hours => ${idempotencyHours}) as past
      from jsonb_to_recordset(${json(tx, rows)}) as asked (index integer, token text, method text, path text, key text)
      -- Each on its own, or all keys were read for a few on a table that nobody analysed.
      cross join lateral (
        select body_hash, status, headers, body_enc, created_at from idempotency_keys i
        where i.token_id = asked.token and i.method = asked.method and i.path = asked.path and i.key = asked.key limit 1
      ) k
    `,
  );
  await forgetAnswers(
    tx,
    found.filter(({ past }) => past).flatMap(({ index }) => rows[index] ?? []),
  );
  return new Map(found.filter(({ past }) => !past).map((row) => [row.index, row]));
}

async function forgetAnswers(tx: Tx, keys: readonly { token: string; method: string; path: string; key: string }[]) {
  if (keys.length === 0) return;
  await sendAsSystem(
    tx,
    () => tx.sql`
      delete from idempotency_keys k
      using jsonb_to_recordset(${json(tx, keys)}) as past (token text, method text, path text, key text)
      where k.token_id = past.token and k.method = past.method and k.path = past.path and k.key = past.key
    `,
  );
}

function judgeAnswer(
  tx: Tx,
  { scope, bodyHash }: KeyedRequest,
  row: AnswerRow | undefined,
): StoredAnswer | FleetyardError | undefined {
  if (row === undefined) return undefined;
  if (!row.bodyHash.equals(bodyHash)) {
    return new FleetyardError('idempotency-key-reused', 'This Idempotency-Key was used with another body.');
  }
  const body = tx.vault.open(row.bodyEnc, answerContext(scope)).toString('utf8');
  return { status: row.status, headers: row.headers, body };
}

/** Waits until the key is free, for as long as is waited for keys; what is waited for elsewhere stays as it was. */
async function waitForKey(tx: Tx, scope: IdempotencyScope): Promise<void> {
  const { before } = only(await tx.sql<{ before: string }[]>`select current_setting('lock_timeout') as before`);
  const limit = (time: string): Promise<unknown> => tx.sql`select set_config('lock_timeout', ${time}, true)`;
  await limit(keyPatience);
  try {
    await tx.sql`select pg_advisory_xact_lock(${hashScope(scope)}::bigint)`;
  } catch (cause) {
    throw isLockTimeout(cause) ? refuseHeld(cause) : cause;
  }
  await limit(before);
}

/** What is said of a request while the first one with its key has no answer. */
export function refuseHeld(cause?: unknown): FleetyardError {
  const message = 'The first request with this Idempotency-Key has no answer yet.';
  return new FleetyardError('idempotency-in-flight', message, { cause });
}

/** The number of the key's lock. */
function hashScope(scope: IdempotencyScope): string {
  return createHash('sha256').update(answerContext(scope)).digest().readBigInt64BE().toString();
}
