// What of each endpoint goes into the audit trail. An endpoint of the contract that nobody has judged does not compile.

import type { EndpointName } from '../contract/schemas.ts';
import type { operations as endpointTypes } from '../contract/generated/types.ts';

/**
 * `change`: whatever comes of it; what is accepted is told in the transaction of the change. `secret`: whatever comes of it; it is told before
 * the secret goes out. `refusals`: only what is refused for want of rights, or is not found. `nothing`: it is open to everybody.
 */
export type Audited = 'change' | 'secret' | 'refusals' | 'nothing';

/** What an endpoint is about. */
export type AuditedKind =
  | 'cluster'
  | 'fleet'
  | 'federation'
  | 'placement'
  | 'operation'
  | 'credential'
  | 'address-space'
  | 'range'
  | 'project'
  | 'token'
  | 'audit-event'
  | 'catalogue';

type PathOf<Name extends EndpointName> = NonNullable<endpointTypes[Name]['parameters']['path']>;

/** How one endpoint is audited, and which parameter of its path names what it is about. */
type RuleOf<Name extends EndpointName> = {
  audited: Audited;
  about?: AuditedKind;
  named?: Extract<keyof PathOf<Name>, string>;
};

/** How an endpoint is audited. */
export type AuditRule = { audited: Audited; about?: AuditedKind; named?: string };

const rules = {
  listClusters: { audited: 'refusals', about: 'cluster' },
  createCluster: { audited: 'change', about: 'cluster' },
  getCluster: { audited: 'refusals', about: 'cluster', named: 'cluster' },
  applyCluster: { audited: 'change', about: 'cluster', named: 'cluster' },
  patchCluster: { audited: 'change', about: 'cluster', named: 'cluster' },
  deleteCluster: { audited: 'change', about: 'cluster', named: 'cluster' },
  createClusterOperation: { audited: 'change', about: 'cluster', named: 'cluster' },
  // Outputs are those that viewers may see; the secret ones never leave.
  getClusterOutputs: { audited: 'refusals', about: 'cluster', named: 'cluster' },
  getClusterKubeconfig: { audited: 'secret', about: 'cluster', named: 'cluster' },
  listClusterEvents: { audited: 'refusals', about: 'cluster', named: 'cluster' },
  listFleets: { audited: 'refusals', about: 'fleet' },
  createFleet: { audited: 'change', about: 'fleet' },
  getFleet: { audited: 'refusals', about: 'fleet', named: 'fleet' },
  applyFleet: { audited: 'change', about: 'fleet', named: 'fleet' },
  patchFleet: { audited: 'change', about: 'fleet', named: 'fleet' },
  deleteFleet: { audited: 'change', about: 'fleet', named: 'fleet' },
  listFederations: { audited: 'refusals', about: 'federation' },
  createFederation: { audited: 'change', about: 'federation' },
  getFederation: { audited: 'refusals', about: 'federation', named: 'federation' },
  deleteFederation: { audited: 'change', about: 'federation', named: 'federation' },
  createFederationOperation: { audited: 'change', about: 'federation', named: 'federation' },
  listFederationMembers: { audited: 'refusals', about: 'federation', named: 'federation' },
  listPlacements: { audited: 'refusals', about: 'placement' },
  createPlacement: { audited: 'change', about: 'placement' },
  // It changes nothing.
  previewPlacement: { audited: 'refusals', about: 'placement' },
  getPlacement: { audited: 'refusals', about: 'placement', named: 'placement' },
  applyPlacement: { audited: 'change', about: 'placement', named: 'placement' },
  patchPlacement: { audited: 'change', about: 'placement', named: 'placement' },
  deletePlacement: { audited: 'change', about: 'placement', named: 'placement' },
  listOperations: { audited: 'refusals', about: 'operation' },
  getOperation: { audited: 'refusals', about: 'operation', named: 'operation' },
  cancelOperation: { audited: 'change', about: 'operation', named: 'operation' },
  retryOperation: { audited: 'change', about: 'operation', named: 'operation' },
  listProjectEvents: { audited: 'refusals', about: 'operation' },
  listOperationEvents: { audited: 'refusals', about: 'operation', named: 'operation' },
  listCredentials: { audited: 'refusals', about: 'credential' },
  createCredential: { audited: 'change', about: 'credential' },
  // A credential is shown without its secret.
  getCredential: { audited: 'refusals', about: 'credential', named: 'credential' },
  deleteCredential: { audited: 'change', about: 'credential', named: 'credential' },
  listAddressSpaces: { audited: 'refusals', about: 'address-space' },
  createAddressSpace: { audited: 'change', about: 'address-space' },
  getAddressSpace: { audited: 'refusals', about: 'address-space', named: 'addressSpace' },
  deleteAddressSpace: { audited: 'change', about: 'address-space', named: 'addressSpace' },
  listRanges: { audited: 'refusals', about: 'address-space', named: 'addressSpace' },
  releaseRange: { audited: 'change', about: 'range', named: 'range' },
  listCatalogueProviders: { audited: 'refusals', about: 'catalogue' },
  listCatalogueRegions: { audited: 'refusals', about: 'catalogue' },
  listCatalogueVersions: { audited: 'refusals', about: 'catalogue' },
  listCatalogueMachineTypes: { audited: 'refusals', about: 'catalogue' },
  listProjects: { audited: 'refusals', about: 'project' },
  createProject: { audited: 'change', about: 'project' },
  getProject: { audited: 'refusals', about: 'project', named: 'project' },
  changeProject: { audited: 'change', about: 'project', named: 'project' },
  listTokens: { audited: 'refusals', about: 'token' },
  createToken: { audited: 'change', about: 'token' },
  revokeToken: { audited: 'change', about: 'token', named: 'token' },
  listAuditEvents: { audited: 'refusals', about: 'audit-event' },
  getHealth: { audited: 'nothing' },
  getReadiness: { audited: 'nothing' },
  getMetrics: { audited: 'nothing' },
  getContract: { audited: 'nothing' },
} as const satisfies { [Name in EndpointName]: RuleOf<Name> };

/** How each endpoint is audited. */
export const auditRules: Readonly<Record<EndpointName, AuditRule>> = rules;

/** Refusals of reads that say something about rights: a dead token, too small a role, what is not there or somebody else's. */
const toldOfReads: readonly number[] = [401, 403, 404];

/**
 * Whether an answer that changed nothing and handed out nothing is told. Too many requests are not: they are counted elsewhere, and telling
 * each would be what they are refused for.
 */
export function isToldRefusal({ audited }: AuditRule, status: number): boolean {
  if (status < 400 || status === 429 || audited === 'nothing') return false;
  return audited === 'refusals' ? toldOfReads.includes(status) : true;
}
