// Tells the audit trail what became of a request: in the transaction of a change, before a secret goes out, or after a refusal.

import type { FastifyRequest } from 'fastify';
import type { EndpointName } from '../../contract/schemas.ts';
import type { AuditKind } from '../../domain/audit.ts';
import { FleetyardError } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import { findNameFault } from '../../domain/names.ts';
import { addAuditEvents, type NewAuditEvent } from '../../store/audit-events.ts';
import type { Tx } from '../../store/transaction.ts';
import { auditRules, isToldRefusal, type AuditRule } from '../audit-rules.ts';
import type { AuditTrail } from '../audit-trail.ts';
import type { AnyAnswer, Caller, Subject } from '../call.ts';
import type { Identity } from './authentication.ts';

/** What is known of a request for the trail. */
export type Auditing = {
  /** Whose token it is, also of one that opens nothing any more. */
  caller: Caller | null;
  /** What the handler says that it was about. */
  subject: Subject | null;
  /** It has been told already. */
  told: boolean;
  /** What was answered. */
  answer: AnyAnswer | null;
};

declare module 'fastify' {
  interface FastifyRequest {
    auditing: Auditing;
  }
}

/** What is known of a request before anything was found out. */
export function beginAuditing(): Auditing {
  return { caller: null, subject: null, told: false, answer: null };
}

/** Tells of a change that is about to commit, in its unit of work: either both are there, or neither. */
export async function tellChange(
  tx: Tx,
  name: EndpointName,
  request: FastifyRequest,
  answer: AnyAnswer,
): Promise<void> {
  const event = describeChange(name, request, answer, tx.projectId);
  if (event !== undefined) await addAuditEvents(tx, [event]);
}

/** What is told of a change that is about to commit; whoever asks tells it in the unit of work of the change. */
export function describeChange(
  name: EndpointName,
  request: FastifyRequest,
  answer: AnyAnswer,
  projectId: string | null,
): NewAuditEvent | undefined {
  const { audited } = auditRules[name];
  // A refusal that was kept for its key changes nothing.
  if (audited !== 'change' || answer.status >= 400) return undefined;
  request.auditing.told = true;
  return describe(name, request, { answer, kind: 'change', projectId });
}

/** Tells of a secret before it goes out; the answer waits for the batch. Throws `internal` for a change that was never told. */
export async function tellAnswer(
  trail: AuditTrail,
  name: EndpointName,
  request: FastifyRequest,
  { answer, identity }: { answer: AnyAnswer; identity: Identity | null },
): Promise<void> {
  const { audited } = auditRules[name];
  if (answer.status >= 400 || request.auditing.told) return;
  if (audited === 'change') throw new FleetyardError('internal', `${name} answered without an audit event.`);
  if (audited !== 'secret') return;
  await trail.store(describe(name, request, { answer, kind: 'read', projectId: identity?.projectId ?? null }));
  request.auditing.told = true;
}

/** Tells, once the answer is out, of what was refused; nobody waits. */
export function tellRefusal(trail: AuditTrail, name: EndpointName, request: FastifyRequest, status: number): void {
  const { caller, answer } = request.auditing;
  if (!isToldRefusal(auditRules[name], status)) return;
  if (caller === null) {
    if (status === 401) trail.countStranger(limitText(request.ip, longestAddress));
    return;
  }
  const projectId = request.identity?.projectId ?? caller.projectId;
  trail.note(describe(name, request, { answer: answer ?? { status }, kind: 'refusal', projectId, at: new Date() }));
}

const longestAddress = 64;
const longestAgent = 256;

type Told = { answer: AnyAnswer; kind: AuditKind; projectId: string | null; at?: Date };

function describe(name: EndpointName, request: FastifyRequest, { answer, ...told }: Told): NewAuditEvent {
  const { caller } = request.auditing;
  const rule = auditRules[name];
  const { about = null } = rule;
  const { id = null, name: called = null, operation = null } = findSubject(rule, request, answer);
  return {
    ...told,
    tokenId: caller?.id ?? null,
    tokenName: caller?.name ?? null,
    tokenRole: caller?.role ?? null,
    tokenProjectId: caller?.projectId ?? null,
    endpoint: name,
    method: request.method,
    resourceKind: about,
    resourceId: id,
    resourceName: called,
    address: limitText(request.ip, longestAddress),
    userAgent: limitText(request.headers['user-agent'] ?? '', longestAgent) || null,
    status: answer.status,
    problem: answer.status >= 400 ? findText(answer.body, 'type') : null,
    requestId: request.id,
    operationId: operation,
    replayed: answer.headers?.['idempotency-replayed'] === 'true',
  };
}

/** What the call was about: what was made says it best, then the handler, then the caller's own words where they are an id or a name. */
function findSubject(
  { about, named }: AuditRule,
  request: FastifyRequest,
  answer: AnyAnswer,
): Subject & { operation?: string | null } {
  const { subject } = request.auditing;
  const asked = readAsked(named === undefined ? undefined : findText(request.params, named));
  if (answer.status >= 400) {
    const wanted = named === undefined ? readAsked(findText(request.body, 'name')) : asked;
    return subject ?? wanted;
  }
  const shown = findMember(answer.body, about ?? '') ?? answer.body;
  const made = { id: findText(shown, 'id'), name: findText(shown, 'name') };
  const begun = about === 'operation' ? made.id : findText(findMember(answer.body, 'operation'), 'id');
  return { ...(subject ?? (made.id === null ? asked : made)), operation: begun };
}

/** Whatever else somebody wrote there, a secret perhaps, is not kept. */
function readAsked(text: string | null | undefined): Subject {
  if (text === null || text === undefined) return {};
  if (isId(text)) return { id: text };
  return findNameFault(text) === undefined ? { name: text } : {};
}

function findMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function findText(value: unknown, name: string): string | null {
  const found = findMember(value, name);
  return typeof found === 'string' ? found : null;
}

/** Printable and short: it is shown to people, and kept for years. */
function limitText(text: string, longest: number): string {
  return text.replaceAll(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?').slice(0, longest);
}
