// How placements are shown.

import type { Schemas } from '../contract/schemas.ts';
import type { PlacementRow } from '../store/placements.ts';
import { findOpen, type LatestOperations } from './describe-resources.ts';

/** A placement. */
export function describePlacement(row: PlacementRow, latest: LatestOperations): Schemas['Placement'] {
  return {
    id: row.id,
    name: row.name,
    federation: row.federationId,
    fleet: row.fleetId,
    phase: row.phase,
    generation: row.generation,
    observedGeneration: row.observedGeneration,
    document: row.document,
    status: describeStatus(row.status),
    operation: findOpen(latest, row.id),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

type Status = Schemas['PlacementStatus'];
type Stored<T> = { [Key in keyof T]?: T[Key] };

/** Workers write it in the form of the contract, a part at a time; what is null is not kept by every write. */
function describeStatus(status: Stored<Status>): Status {
  const { checkedAt = null, reason = null, workloads = [], more = false, repaired = null } = status;
  return { checkedAt, reason, workloads: workloads.map(describeWorkload), more, repaired };
}

function describeWorkload(workload: Schemas['PlacedWorkload']): Schemas['PlacedWorkload'] {
  const nothing = { namespace: null, replicas: null, reason: null };
  const noShare = { replicas: null, ready: null, reason: null };
  return { ...nothing, ...workload, clusters: workload.clusters.map((share) => ({ ...noShare, ...share })) };
}
