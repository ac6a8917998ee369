// Whose a cloud's token is at a control plane, and what the cloud's own mapping lets them do there, whatever the kind of the control plane.
import { describeSimulatedAccount } from '../../domain/simulated-account.ts';
import type { ClusterRight } from '../clouds/principal.ts';
import { getCloudOf } from '../clouds/registry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { MASTERS, type Person } from './kubernetes/bindings.ts';
import { builtinRoles } from './kubernetes/builtin-roles.ts';
import type { Grant } from './kubernetes/policy-rules.ts';

/** Somebody who is let in, with what the cloud gives them there; what the cluster's own bindings give comes on top. */
export type Caller = Person & { rights: readonly Grant[] };

type Place = { id: string; account: string };

/** Whose token it is at a control plane; undefined for nobody's. The cloud knows who comes to its clusters; whoever has a hub's account has the hub. */
export function identifyCaller(ledger: Ledger, place: Place, token: string, now: Date): Caller | undefined {
  if (token === '') return undefined;
  const cluster = ledger.findByControlPlane(place.id);
  if (!cluster) return findOwner(ledger, place, token, now);
  const { account } = place;
  const principal = getCloudOf(cluster.type).findPrincipal({
    token,
    now,
    cluster,
    identity: describeSimulatedAccount(account),
    tokenHash: ledger.findTokenHash(account) ?? '',
    list: (type) => ledger.listResources(account, type),
  });
  return principal && { ...principal, rights: principal.rights.map(toGrant) };
}

function findOwner(ledger: Ledger, { account }: Place, token: string, now: Date): Caller | undefined {
  if (!ledger.admit(account, token, now)) return undefined;
  return { user: `simulated:${account}`, groups: [MASTERS, 'system:authenticated'], rights: [] };
}

function toGrant({ role, namespaces }: ClusterRight): Grant {
  const rules = builtinRoles[role];
  return namespaces === undefined ? { rules } : { rules, namespaces };
}
