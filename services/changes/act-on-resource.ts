// Acts: what is asked of a resource and is no desired state. Each kind is a row here, with its rights in the domain.

import type { Schemas } from '../contract/schemas.ts';
import { actRoles } from '../domain/acts.ts';
import { FleetyardError } from '../domain/errors.ts';
import type { ClusterRow } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import type { OperationRow } from '../store/operations.ts';
import { abandonCluster, abandonFederation } from './abandon.ts';
import type { Change } from './change.ts';
import type { ClusterOutcome } from './cluster-operations.ts';
import type { FederationOutcome } from './federation-operations.ts';
import { lockExisting, type Named } from './lock-resource.ts';
import { hasRole } from './roles.ts';

type ClusterAct = Schemas['ClusterAct'];
type FederationAct = Schemas['FederationAct'];
type Perform<Row, Act> = (change: Change, row: Row, act: Act) => Promise<OperationRow>;

const clusterActs = { abandon: abandonCluster } as const satisfies {
  [Kind in ClusterAct['kind']]: Perform<ClusterRow, Extract<ClusterAct, { kind: Kind }>>;
};
const federationActs = { abandon: abandonFederation } as const satisfies {
  [Kind in FederationAct['kind']]: Perform<FederationRow, Extract<FederationAct, { kind: Kind }>>;
};

/** Does what is asked of a cluster; throws `forbidden` for whoever may not. */
export async function actOnCluster(
  change: Change,
  { act, ...named }: Named & { act: ClusterAct },
): Promise<ClusterOutcome> {
  checkRole(change, actRoles.cluster[act.kind], act.kind);
  const cluster = await lockExisting(change, 'cluster', named);
  return { cluster, operation: await clusterActs[act.kind](change, cluster, act) };
}

/** Does what is asked of a federation; throws `forbidden` for whoever may not. */
export async function actOnFederation(
  change: Change,
  { act, ...named }: Named & { act: FederationAct },
): Promise<FederationOutcome> {
  checkRole(change, actRoles.federation[act.kind], act.kind);
  const federation = await lockExisting(change, 'federation', named);
  return { federation, operation: await federationActs[act.kind](change, federation) };
}

function checkRole({ actor }: Change, needed: Schemas['Role'], kind: string): void {
  if (hasRole(actor.role, needed)) return;
  throw new FleetyardError(
    'forbidden',
    `To ${kind} needs the role ${needed}; yours is a token of the role ${actor.role}.`,
  );
}
