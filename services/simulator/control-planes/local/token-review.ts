// Answers the API servers of local control planes that ask whose a token is: the cloud knows its own principals.
import { timingSafeEqual } from 'node:crypto';
import type { Values } from '../../ledger/resource.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { object, text } from '../../clouds/values.ts';
import { findLocalRecord, type LocalRecord } from './records.ts';

/** Whom a token belongs to, as the API server of one control plane is to see it. */
export type Principal = { username: string; groups: string[] };

/** What the cloud decides by. */
export type IdentifyParts = { ledger: Ledger; now: Date };

/** Whose token it is at this control plane; undefined for nobody's. */
export function identifyPrincipal(
  { ledger, now }: IdentifyParts,
  { account }: Pick<LocalRecord, 'id' | 'account'>,
  token: string,
): Principal | undefined {
  if (token === '' || !ledger.admit(account, token, now)) return undefined;
  return { username: `simulated:${account}`, groups: ['system:masters'] };
}

/** Answers a TokenReview; undefined when whoever asks is not the API server of that control plane. */
export function answerTokenReview(
  parts: IdentifyParts,
  { id, secret, body }: { id: string; secret: string; body: Values },
): Values | undefined {
  const record = findLocalRecord(parts.ledger, id);
  if (!record || !isSame(secret, record.webhookToken)) return undefined;
  const principal = identifyPrincipal(parts, record, text(object(body, 'spec'), 'token'));
  const { apiVersion, kind } = body;
  return { apiVersion, kind, status: principal ? { authenticated: true, user: principal } : { authenticated: false } };
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
