// How audit events are shown.

import type { Schemas } from '../contract/schemas.ts';
import type { LinkedAuditEvent } from '../store/audit-events.ts';

/** An event with its place in the chain. */
export function describeAuditEvent(event: LinkedAuditEvent): Schemas['AuditEvent'] {
  const { id, at, kind, projectId, endpoint, method, address, userAgent, status, problem, requestId } = event;
  return {
    id,
    at: at.toISOString(),
    kind,
    project: projectId,
    token: describeToken(event),
    endpoint,
    method,
    resource: describeResource(event),
    address,
    userAgent,
    status,
    problem,
    requestId,
    operation: event.operationId,
    replayed: event.replayed,
    count: event.count,
    link: describeLink(event),
  };
}

function describeToken(event: LinkedAuditEvent): Schemas['AuditEvent']['token'] {
  const { tokenId: id, tokenName: name, tokenRole: role, tokenProjectId: project } = event;
  return id === null ? null : { id, name, role, project };
}

function describeResource(event: LinkedAuditEvent): Schemas['AuditEvent']['resource'] {
  const { resourceKind: kind, resourceId: id, resourceName: name } = event;
  return kind === null ? null : { kind, id, name };
}

function describeLink({ position, hash }: LinkedAuditEvent): Schemas['AuditEvent']['link'] {
  return position === null || hash === null ? null : { position, hash: hash.toString('hex') };
}
