// Which members a placement chooses: by its words, its spread, its weights and its order. What the hub can't choose by itself is chosen here.

import { findMismatch } from './match-members.ts';
import { divisionOf, type PlaceableMember, type PlacementDocument } from './placement-document.ts';

/** A member that is left out, and why. */
export type LeftOut = { member: PlaceableMember; reason: string };

/** What comes of a placement among the members as they are. */
export type Choice = {
  /** Members that the hub may use at first, in the order in which they joined. */
  chosen: PlaceableMember[];
  /** Sets of members that take over one after another when those before have no room or are away. */
  standby: PlaceableMember[][];
  leftOut: LeftOut[];
  /** What is left to the hub's scheduler. */
  spread: NativeSpread | undefined;
  /** Whether the chosen ones are said by name, because the hub could not find them itself. */
  named: boolean;
  /** What keeps the placement from coming about, with the place in the document. */
  faults: { pointer: string; message: string }[];
};

/** A spread that Karmada's scheduler brings about. */
export type NativeSpread = { by: 'cluster' | 'region'; min: number; max: number | undefined };

type Spread = NonNullable<PlacementDocument['spread']>;

/** Chooses. Members that are leaving count as gone. */
export function chooseMembers(document: PlacementDocument, members: readonly PlaceableMember[]): Choice {
  const leftOut: LeftOut[] = [];
  const eligible: PlaceableMember[] = [];
  for (const member of members) {
    const reason = member.leaving ? 'it is leaving the federation' : findMismatch(document, member);
    if (reason === undefined) eligible.push(member);
    else leftOut.push({ member, reason });
  }
  const weighed = dropUnweighed(document, eligible, leftOut);
  const base = { chosen: weighed, standby: [], leftOut, spread: undefined, named: false, faults: [] };
  if (weighed.length === 0) {
    const message = 'No cluster of the federation fits the placement.';
    return { ...base, faults: [{ pointer: findNarrowest(document), message }] };
  }
  if (document.failover?.order !== undefined) return orderMembers(document.failover.order, base);
  return document.spread === undefined ? base : spreadMembers(document, document.spread, base);
}

/** A cluster without a weight gets nothing where there are weights. */
function dropUnweighed(
  document: PlacementDocument,
  eligible: readonly PlaceableMember[],
  leftOut: LeftOut[],
): PlaceableMember[] {
  const weights = divisionOf(document) === 'weighted' ? document.replicas?.weights : undefined;
  if (weights === undefined) return [...eligible];
  return eligible.filter((member) => {
    const weighs = (weights[member.name] ?? 0) > 0;
    if (!weighs) leftOut.push({ member, reason: 'it has no weight' });
    return weighs;
  });
}

/** The first that can takes everything; each named one is a set of its own. */
function orderMembers(order: readonly string[], base: Choice): Choice {
  const named = order.flatMap((name) => base.chosen.filter((member) => member.name === name));
  const rest = base.chosen.filter((member) => !named.includes(member));
  const [first = [], ...standby] = [...named.map((member) => [member]), rest].filter((set) => set.length > 0);
  return { ...base, chosen: first, standby, named: true };
}

function spreadMembers(document: PlacementDocument, { by, min = 1, max }: Spread, base: Choice): Choice {
  const division = divisionOf(document);
  const groups = groupMembers(base.chosen, by);
  const found = by === 'zone' ? new Set(base.chosen.flatMap(({ zones }) => zones)).size : groups.length;
  const faults =
    found >= min ? [] : [{ pointer: '/spread/min', message: describeTooFew({ by, min, found }, base.chosen.length) }];
  if (max === undefined || groups.length <= max) {
    const native = division === 'dynamic' || division === 'aggregated';
    const spread = native && (by === 'cluster' || by === 'region') ? { by, min, max } : undefined;
    return { ...base, faults, spread };
  }
  if (division !== 'weighted' && (by === 'cluster' || by === 'region')) {
    return { ...base, faults, spread: { by, min, max } };
  }
  const weights = document.replicas?.weights ?? {};
  const ranked = rankGroups(groups, weights);
  const standby = ranked.slice(max).flat();
  return {
    ...base,
    faults,
    chosen: keepOrder(base.chosen, ranked.slice(0, max).flat()),
    standby: [standby],
    named: true,
  };
}

function describeTooFew(
  { by, min, found }: { by: Spread['by']; min: number; found: number },
  clusters: number,
): string {
  const what = clusters === 1 ? 'the one cluster that fits has' : `the ${clusters} clusters that fit have`;
  return by === 'cluster'
    ? `The placement asks for at least ${min} clusters, and ${found} fit.`
    : `The placement asks for at least ${min} ${by}s, and ${what} ${found}.`;
}

/** A zone is no group that could be left out, for clusters stand in several. */
function groupMembers(members: readonly PlaceableMember[], by: Spread['by']): PlaceableMember[][] {
  const keyOf = { cluster: 'name', region: 'region', provider: 'provider', zone: 'region' } as const;
  return [...Map.groupBy(members, (member) => member[keyOf[by]]).values()];
}

/** The heaviest first, then the larger, then by name, so that the choice stays when nothing changes. */
function rankGroups(groups: readonly PlaceableMember[][], weights: Readonly<Record<string, number>>) {
  const weigh = (group: readonly PlaceableMember[]) => group.reduce((sum, { name }) => sum + (weights[name] ?? 0), 0);
  const nameOf = (group: readonly PlaceableMember[]) => group.map(({ name }) => name).toSorted()[0] ?? '';
  return groups.toSorted((a, b) => weigh(b) - weigh(a) || b.length - a.length || (nameOf(a) < nameOf(b) ? -1 : 1));
}

function keepOrder(members: readonly PlaceableMember[], kept: readonly PlaceableMember[]): PlaceableMember[] {
  return members.filter((member) => kept.includes(member));
}

/** Where the document says what no cluster fits. */
function findNarrowest({ within, affinity, replicas, exclude }: PlacementDocument): string {
  if (within !== undefined) return '/within';
  if (affinity !== undefined && Object.keys(affinity).length > 0) return '/affinity';
  if (replicas?.weights !== undefined) return '/replicas/weights';
  return exclude === undefined ? '' : '/exclude';
}
