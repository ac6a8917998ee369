// Answers the API servers of local control planes that ask whose a token is, and what its holder may do: the cloud knows its own principals.
import { timingSafeEqual } from 'node:crypto';
import type { Values } from '../../ledger/resource.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { list, object, text } from '../../clouds/values.ts';
import { readAttempt } from '../kubernetes/ask-api.ts';
import { isGranted, type Grant } from '../kubernetes/policy-rules.ts';
import { identifyCaller } from '../principals.ts';
import { findLocalRecord, type LocalRecord } from './records.ts';

/** What the cloud decides by. */
export type ReviewParts = { ledger: Ledger; now: Date };

/** A review that an API server asks for; the secret is its own. */
export type ReviewRequest = { id: string; what: string; secret: string; body: Values };

/**
 * Where an API server keeps what the cloud gave to the holder of a token, and tells it again when it asks what they may do. Nobody writes it but
 * the cloud, and whoever may act as anybody.
 */
const RIGHTS = 'rights.simulated-cloud';

const reviews: Record<string, (parts: ReviewParts, record: LocalRecord, spec: Values) => Values> = {
  'token-review': reviewToken,
  'subject-access-review': reviewAccess,
};

/** Whether there is such a review. */
export function isReview(what: string): boolean {
  return Object.hasOwn(reviews, what);
}

/** Answers a review; undefined when whoever asks is not the API server of that control plane. */
export function answerReview(parts: ReviewParts, { id, what, secret, body }: ReviewRequest): Values | undefined {
  const record = findLocalRecord(parts.ledger, id);
  if (!record || !isSame(secret, record.webhookToken)) return undefined;
  const { apiVersion, kind } = body;
  return { apiVersion, kind, status: reviews[what]?.(parts, record, object(body, 'spec')) };
}

function reviewToken({ ledger, now }: ReviewParts, record: LocalRecord, spec: Values): Values {
  const caller = identifyCaller(ledger, record, text(spec, 'token'), now);
  if (!caller) return { authenticated: false };
  const { user: username, groups, rights } = caller;
  const extra = { [RIGHTS]: rights.map((grant) => JSON.stringify(grant)) };
  return { authenticated: true, user: { username, groups, extra } };
}

/** What the cloud does not give, the cluster's own bindings may: there is no opinion on it here. */
function reviewAccess(_parts: ReviewParts, _record: LocalRecord, spec: Values): Values {
  const told = list<string>(object(spec, 'extra'), RIGHTS);
  const grants = told.map((each) => JSON.parse(each) as Grant);
  return { allowed: isGranted(grants, readAttempt(spec)) };
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
