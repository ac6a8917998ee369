// Whose a cloud's token is at a control plane, and what the cloud's own mapping lets them do there, whatever the kind of the control plane.
import { describeSimulatedAccount } from '../../domain/simulated-account.ts';
import type { ClusterRight } from '../clouds/principal.ts';
import { getCloudOf } from '../clouds/registry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Person } from './kubernetes/bindings.ts';
import { builtinRoles } from './kubernetes/builtin-roles.ts';
import type { Grant } from './kubernetes/policy-rules.ts';

/** Somebody whom the cloud lets in; what the cluster's own bindings give comes on top. */
export type CloudPrincipal = Person & { rights: Grant[] };

/** Whose token it is; undefined for nobody's. */
export function identifyPrincipal(
  ledger: Ledger,
  controlPlane: { id: string; account: string },
  token: string,
  now: Date,
): CloudPrincipal | undefined {
  const { id, account } = controlPlane;
  const cluster = ledger.findByControlPlane(id);
  const tokenHash = ledger.findTokenHash(account);
  if (!cluster || tokenHash === undefined || token === '') return undefined;
  const principal = getCloudOf(cluster.type).findPrincipal?.({
    token,
    now,
    cluster,
    identity: describeSimulatedAccount(account),
    tokenHash,
    list: (type) => ledger.listResources(account, type),
  });
  return principal && { ...principal, rights: principal.rights.map(toGrant) };
}

/** Whether only principals of its cloud are let in, beside those that the cluster itself knows. */
export function asksItsCloud(ledger: Ledger, { id }: { id: string }): boolean {
  const cluster = ledger.findByControlPlane(id);
  return cluster !== undefined && getCloudOf(cluster.type).findPrincipal !== undefined;
}

function toGrant({ role, namespaces }: ClusterRight): Grant {
  const rules = builtinRoles[role];
  return namespaces === undefined ? { rules } : { rules, namespaces };
}
