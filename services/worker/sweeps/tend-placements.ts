// Looks after the placements of a federation whose hub answers: undoes what others changed, follows the members, and writes what runs where.

import type { KubernetesClient } from '../../access/kubernetes-client.ts';
import { isSame } from '../../domain/compare.ts';
import { isFleetyardError } from '../../domain/errors.ts';
import type { PlaceableMember } from '../../domain/placements/placement-document.ts';
import type { FederationAdapter, PlacedReport } from '../../federation/adapter.ts';
import {
  listPlaceable,
  listWatchedPlacements,
  savePlacementStatus,
  type WatchedPlacement,
} from '../../store/placeable-members.ts';
import type { WorkerContext } from '../context.ts';
import { digestPlacement, nameMembers } from '../steps/place-workloads.ts';

/** Placements that one round looks at in one federation; the next round goes on behind them. */
const mostPlacements = 20;

/** Where a round begins, by the federation. */
export type Tended = Map<string, string>;

type Hub = { federationId: string; adapter: FederationAdapter; client: KubernetesClient };

/** Looks once. What can't be read or written of one placement is told in its status, and holds up no other. */
export async function tendPlacements(context: WorkerContext, tended: Tended, hub: Hub): Promise<void> {
  const { federationId, adapter } = hub;
  const after = tended.get(federationId) ?? '';
  const { placements, rows } = await context.store.asSystem(async (tx) => {
    const found = await listWatchedPlacements(tx, federationId, { after, limit: mostPlacements });
    return { placements: found, rows: found.length === 0 ? [] : await listPlaceable(tx, federationId) };
  });
  const last = placements.length < mostPlacements ? '' : (placements.at(-1)?.id ?? '');
  tended.set(federationId, last);
  const members = nameMembers(adapter, rows);
  for (const placement of placements) await tend(context, { hub, placement, members });
}

type Tending = { hub: Hub; placement: WatchedPlacement; members: readonly PlaceableMember[] };

async function tend(context: WorkerContext, { hub, placement, members }: Tending): Promise<void> {
  const { adapter, client } = hub;
  const now = context.now().toISOString();
  let seen: Record<string, unknown>;
  try {
    const rendered = digestPlacement(adapter, placement, members);
    const written = await adapter.keepPlacement(client, placement, members);
    // What the members made different was nobody's change of the hub.
    const repaired = written.length > 0 && placement.status['rendered'] === rendered;
    if (repaired) context.logger.warn({ placement: placement.id, objects: written }, 'a placement was repaired');
    const report = await adapter.observePlacement(client, placement);
    seen = {
      reason: null,
      rendered,
      ...describeReport(report, members),
      ...(repaired ? { repaired: { at: now, objects: [...written] } } : {}),
    };
  } catch (error) {
    if (!isFleetyardError(error)) throw error;
    seen = { reason: error.message };
  }
  const changed = Object.entries(seen).some(([key, value]) => !isSame(placement.status[key], value));
  if (!changed) return;
  await context.store.asSystem((tx) => savePlacementStatus(tx, placement, { ...seen, checkedAt: now }));
}

/** Members are told by the names of our clusters. */
function describeReport({ workloads, more }: PlacedReport, members: readonly PlaceableMember[]) {
  const nameOf = (member: string) => members.find(({ memberName }) => memberName === member)?.name ?? member;
  return {
    more,
    workloads: workloads.map(({ targets, ...workload }) => ({
      ...workload,
      clusters: targets.map(({ member, ...share }) => ({ cluster: nameOf(member), ...share })),
    })),
  };
}
