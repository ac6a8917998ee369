// Answers a request with an `Idempotency-Key` once, and the same again to whoever repeats it.

import { createHash } from 'node:crypto';
import { FleetyardError } from '../../domain/errors.ts';
import {
  abandonIdempotent,
  beginIdempotent,
  completeIdempotent,
  type IdempotencyScope,
} from '../../store/idempotency.ts';
import type { AnyAnswer, Parts } from '../call.ts';
import { describeProblem, type Problem } from '../problems.ts';

/** A request with a key. */
export type KeyedRequest = IdempotencyScope & {
  parts: Pick<Parts, 'store'>;
  body: unknown;
  run: () => Promise<AnyAnswer>;
  /** What a thrown error becomes. */
  describe: (error: unknown) => Problem;
};

const keptHeaders = ['location', 'etag'];

/** Runs the request, or gives the stored answer; throws for another body (422) or a first request under way (409). */
export async function answerOnce({ parts, body, run, describe, ...scope }: KeyedRequest): Promise<AnyAnswer> {
  const { store } = parts;
  const beginning = await store.asSystem((tx) => beginIdempotent(tx, scope, hashBody(body)));
  switch (beginning.outcome) {
    case 'replay':
      return replay(beginning.answer);
    case 'mismatch':
      throw new FleetyardError('idempotency-key-reused', 'This Idempotency-Key was used with another body.');
    case 'in-flight':
      throw new FleetyardError(
        'idempotency-in-flight',
        'The first request with this Idempotency-Key has no answer yet.',
      );
    case 'started':
      break;
  }
  let answer: AnyAnswer;
  try {
    answer = await run();
  } catch (error) {
    const problem = describe(error);
    if (problem.status >= 500) {
      await store.asSystem((tx) => abandonIdempotent(tx, scope));
      throw error;
    }
    answer = describeProblem(problem);
  }
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).filter(([name]) => keptHeaders.includes(name)),
  );
  const stored = { contentType: answer.contentType, body: answer.body ?? null };
  await store.asSystem((tx) =>
    completeIdempotent(tx, scope, { status: answer.status, headers, body: JSON.stringify(stored) }),
  );
  return answer;
}

function replay({
  status,
  headers,
  body,
}: {
  status: number;
  headers: Record<string, string>;
  body: string;
}): AnyAnswer {
  const stored = JSON.parse(body) as { contentType?: string; body: unknown };
  return {
    status,
    headers: { ...headers, 'idempotency-replayed': 'true' },
    ...(stored.contentType === undefined ? {} : { contentType: stored.contentType }),
    ...(stored.body === null ? {} : { body: stored.body }),
  };
}

/** The parsed body, so that neither spaces nor the order of members make another one. */
function hashBody(body: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(sortMembers(body)) ?? '')
    .digest();
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortMembers(inner)]),
  );
}
