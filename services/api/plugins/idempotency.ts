// Answers a request with an `Idempotency-Key` once, and the same again to whoever repeats it.

import { isFleetyardError } from '../../domain/errors.ts';
import {
  keepAnswer,
  takeKey,
  type IdempotencyScope,
  type KeyedRequest,
  type StoredAnswer,
} from '../../store/idempotency.ts';
import type { Work } from '../../store/open-store.ts';
import type { Tx } from '../../store/transaction.ts';
import type { AnyAnswer } from '../call.ts';
import { hashBody } from '../body/hash-body.ts';
import { describeProblem, type Problem } from '../problems.ts';

/** The key of a request. */
export type RequestKey = KeyedRequest;

const keptHeaders = ['location', 'etag'];

/** The key of a request; without a hash it has no body. */
export function readKey(scope: IdempotencyScope, bodyHash: Uint8Array | null): RequestKey {
  return { scope, bodyHash: bodyHash ?? hashBody(undefined) };
}

/**
 * Runs what answers the request, inside its unit of work, unless the key has its answer; the answer commits with the change that it tells
 * of. Throws for another body (422) or a first request under way (409).
 */
export async function answerInUnit(tx: Tx, requestKey: RequestKey, run: () => Promise<AnyAnswer>): Promise<AnyAnswer> {
  const { bodyHash, scope } = requestKey;
  const found = await takeKey(tx, scope, bodyHash);
  if (found !== undefined) return replay(found);
  const answer = await run();
  await keepAnswer(tx, scope, { bodyHash, answer: toStored(answer) });
  return answer;
}

/**
 * What becomes of a request whose unit of work failed: a refusal is kept and given again, also to whoever sent it first when somebody else
 * was answered meanwhile; a failure of ours (5xx), or a call that came too soon (429), is thrown and leaves
 * nothing.
 */
export async function keepRefusal(
  requestKey: RequestKey,
  error: unknown,
  { problem, inUnit }: { problem: Problem; inUnit: (work: Work<AnyAnswer>) => Promise<AnyAnswer> },
): Promise<AnyAnswer> {
  if (problem.status >= 500 || problem.status === 429 || isAboutKey(error)) throw error;
  return inUnit((tx) => answerInUnit(tx, requestKey, async () => describeProblem(problem)));
}

function isAboutKey(error: unknown): boolean {
  return isFleetyardError(error, 'idempotency-in-flight') || isFleetyardError(error, 'idempotency-key-reused');
}

/** The answer as it is kept for a key. */
export function toStored({ status, headers = {}, contentType, body }: AnyAnswer): StoredAnswer {
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => keptHeaders.includes(name))),
    body: JSON.stringify({ contentType, body: body ?? null }),
  };
}

/** An answer that was kept, as it is given again. */
export function replay({ status, headers, body }: StoredAnswer): AnyAnswer {
  const stored = JSON.parse(body) as { contentType?: string; body: unknown };
  return {
    status,
    headers: { ...headers, 'idempotency-replayed': 'true' },
    ...(stored.contentType === undefined ? {} : { contentType: stored.contentType }),
    ...(stored.body === null ? {} : { body: stored.body }),
  };
}
