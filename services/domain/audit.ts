// What the audit trail tells: one event for each thing that somebody did, tried or read.

/**
 * `change`: something was changed; `read`: a secret was handed out; `refusal`: a known caller was refused or met a failure; `strangers`:
 * how often an address came without a token that is known, in one minute; `surplus`: how many more refusals a token met in one minute.
 */
export const auditKinds = ['change', 'read', 'refusal', 'strangers', 'surplus'] as const;

/** What sort of event. */
export type AuditKind = (typeof auditKinds)[number];

/** An event as stored. Nothing in it is a secret or a body. */
export type AuditEvent = {
  id: string;
  /** The project whose chain it is in; null for the platform's. */
  projectId: string | null;
  at: Date;
  kind: AuditKind;
  tokenId: string | null;
  tokenName: string | null;
  tokenRole: string | null;
  /** The project of the token, which is not the event's when a platform administrator acts. */
  tokenProjectId: string | null;
  endpoint: string | null;
  method: string | null;
  resourceKind: string | null;
  resourceId: string | null;
  resourceName: string | null;
  address: string | null;
  userAgent: string | null;
  status: number | null;
  /** Type of the problem that was answered. */
  problem: string | null;
  requestId: string | null;
  /** The operation that began. */
  operationId: string | null;
  /** The answer was that of an earlier request with the same key. */
  replayed: boolean;
  /** How many of the kind, for those that are counted. */
  count: number;
};

/** Names of all fields, in the order in which they are hashed. New ones come last, and with a new version of the link. */
export const auditFields = [
  'id',
  'projectId',
  'at',
  'kind',
  'tokenId',
  'tokenName',
  'tokenRole',
  'tokenProjectId',
  'endpoint',
  'method',
  'resourceKind',
  'resourceId',
  'resourceName',
  'address',
  'userAgent',
  'status',
  'problem',
  'requestId',
  'operationId',
  'replayed',
  'count',
] as const satisfies (keyof AuditEvent)[];

/** How an event ended for whoever asked, by its status. */
export const auditResults = { accepted: [100, 399], refused: [400, 499], failed: [500, 599] } as const;

/** How an event ended. */
export type AuditResult = keyof typeof auditResults;

/** The chain of what belongs to no project. */
export const platformChain = 'platform';

/** The chain that an event is in. */
export function nameChain(projectId: string | null): string {
  return projectId ?? platformChain;
}
