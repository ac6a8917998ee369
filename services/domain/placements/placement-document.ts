// A placement as asked for, and the clusters that it may reach.

import type { Schemas } from '../../contract/schemas.ts';

/** What runs where, without the federation that it is about. */
export type PlacementDocument = Schemas['FleetPlacement'];

/** A member of a federation, as placements choose among them. */
export type PlaceableMember = {
  id: string;
  name: string;
  /** Its name at the hub. */
  memberName: string;
  provider: Schemas['Provider'];
  region: string;
  zones: readonly string[];
  labels: Readonly<Record<string, string>>;
  /** What it keeps workloads away by. */
  taints: readonly Schemas['Taint'][];
  /** Whether it is at the hub by now. */
  joined: boolean;
  /** How it was found by whoever looked last; null before that. */
  ready: boolean | null;
  /** It is being removed. */
  leaving: boolean;
};

/** How replicas are divided where a placement does not say. */
export const defaultDivision = 'duplicated';

/** How a placement divides replicas. */
export function divisionOf({ replicas }: PlacementDocument): Schemas['Replicas']['divide'] {
  return replicas?.divide ?? defaultDivision;
}
