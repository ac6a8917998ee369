// Cuts address ranges: what a cluster needs, the first free block of a pool, and a plan for several clusters at once.

import type { Catalogue } from '../../catalogue/types.ts';
import type { AddressMap } from './address-map.ts';
import { type Block, getBlock, overlaps, parseBlock, printBlock } from './cidr.ts';
import type { ClusterDraft, ClusterNetwork, ManagedCluster } from './cluster-spec.ts';
import { countNodes } from './count-nodes.ts';
import { FleetyardError, type ErrorDetail, throwDetails } from './errors.ts';
import { getManagedRules } from './providers/registry.ts';
import type { ManagedProvider, ManagedRules, NodeLoad } from './providers/rules.ts';
import {
  type AddressPools,
  type ClusterRangeRole,
  type PlannedRange,
  rangeFields,
  type RangeNeed,
} from './range-roles.ts';

/** The needs of one cluster, with the pointer to the cluster in the document (empty when it is the document). */
export type RangeClaim = { pointer: string; provider: ManagedProvider; needs: readonly RangeNeed[] };

const usualServicePrefix = 20;
const controlPlanePrefix = 28;

/** The ranges that a cluster needs, given ones among them. */
export function listRangeNeeds(draft: ClusterDraft): RangeNeed[] {
  const rules = getManagedRules(draft.provider);
  const load = { ...countNodes(draft.nodePools), zones: draft.zones.length };
  return rules.rangeRoles.map((role) => {
    const prefix = sizeRange(role, rules, load, draft.network);
    const given = draft.network[rangeFields[role]];
    return given === undefined ? { role, prefix } : { role, prefix, given };
  });
}

function sizeRange(
  role: ClusterRangeRole,
  rules: ManagedRules,
  load: NodeLoad,
  { servicePrefix = usualServicePrefix }: ClusterDraft['network'],
): number {
  switch (role) {
    case 'nodes':
      return rules.sizeNodes(load);
    case 'pods':
      return rules.sizePods(load);
    case 'services':
      return servicePrefix;
    case 'control-plane':
      return controlPlanePrefix;
  }
}

/** Blocks that are never cut: those reserved by any provider, so that clusters of all providers can be linked. */
export function listForbiddenRanges(catalogue: Catalogue): string[] {
  return Object.values(catalogue.ranges.reserved).flatMap((list) => list.map(({ cidr }) => cidr));
}

const forbiddenOf = new WeakMap<Catalogue, Block[]>();

/** The same as blocks; a catalogue does not change. */
function findForbidden(catalogue: Catalogue): Block[] {
  const known = forbiddenOf.get(catalogue) ?? listForbiddenRanges(catalogue).map(getBlock);
  forbiddenOf.set(catalogue, known);
  return known;
}

/** Where a search in a pool goes on from: behind what was cut there last. It need not be right. */
export type SearchHints = {
  find(pool: string, prefix: number): number | undefined;
  note(pool: string, prefix: number, address: number): void;
};

/** What ranges are planned with. */
export type RangePlanning = { pools: AddressPools; map: AddressMap; hints: SearchHints; catalogue: Catalogue };

/** The ranges of each claim, which are taken on the map now; or the first stretch of it that somebody has to look at before. */
export type RangePlan = { ranges: PlannedRange[][] } | { unknown: Block };

/**
 * Plans the ranges of several clusters at once: the given ones of all of them first, then what has to be cut, so that no
 * cut takes what a later cluster was given. Throws `range-overlap` with a pointer for every given range that meets another,
 * `range-invalid` where a provider refuses a pair, and `range-exhausted` naming the pool that has no room. Unless it returns ranges, the
 * map is as it was.
 */
export function planRanges(claims: readonly RangeClaim[], planning: RangePlanning): RangePlan {
  const { map, catalogue } = planning;
  const hints = layOver(planning.hints);
  const blocks: Block[] = [];
  const take = (block: Block): void => {
    map.take(block);
    blocks.push(block);
  };
  try {
    const ranges = planAll(claims, { ...planning, hints }, take);
    throwDetails('The provider refuses these ranges together.', findRefusedPairs(claims, ranges, catalogue));
    hints.keep();
    return { ranges };
  } catch (error) {
    for (const block of blocks) map.giveBack(block);
    if (error instanceof UnknownStretch) return { unknown: error.stretch };
    throw error;
  }
}

/** Blocks that are looked at behind a hint. What lies further on is read when there is no room in them. */
const blocksAhead = 64;

/** The stretches that planning looks at first, as far as they are not known. */
export function listUnknown(claims: readonly RangeClaim[], { pools, map, hints }: RangePlanning): Block[] {
  const stretches = claims.flatMap(({ needs }) =>
    needs.map(({ role, prefix, given }) => {
      if (given !== undefined) return getBlock(given);
      const pool = getBlock(pools[poolOf(role)]);
      const first = hints.find(pools[poolOf(role)], prefix) ?? pool.first;
      return { first, last: Math.min(pool.last, first + blocksAhead * 2 ** (32 - prefix) - 1) };
    }),
  );
  return stretches.flatMap((stretch) => map.findUnknown(stretch) ?? []);
}

/** Hints that are kept only when planning comes to its end, so that another attempt leaves no holes. */
function layOver(hints: SearchHints): SearchHints & { keep(): void } {
  const noted = new Map<string, Parameters<SearchHints['note']>>();
  return {
    find: (pool, prefix) => noted.get(`${pool} ${prefix}`)?.[2] ?? hints.find(pool, prefix),
    note: (pool, prefix, address) => noted.set(`${pool} ${prefix}`, [pool, prefix, address]),
    keep() {
      for (const hint of noted.values()) hints.note(...hint);
    },
  };
}

/** Thrown where planning comes to what nobody has looked at. */
class UnknownStretch extends Error {
  readonly stretch: Block;

  constructor(stretch: Block) {
    super('part of the addresses is not known yet');
    this.stretch = stretch;
  }
}

function planAll(
  claims: readonly RangeClaim[],
  planning: RangePlanning,
  take: (block: Block) => void,
): PlannedRange[][] {
  throwDetails('Some of the given ranges are in use already.', findGivenOverlaps(claims, planning.map));
  for (const { needs } of claims) for (const { given } of needs) if (given !== undefined) take(getBlock(given));
  const forbidden = findForbidden(planning.catalogue);
  return claims.map((claim) => {
    const ranges: PlannedRange[] = [];
    for (const need of claim.needs) {
      const cut = need.given === undefined ? cutRange({ ...planning, claim, need, ranges, forbidden }) : undefined;
      if (cut !== undefined) take(cut);
      ranges.push({ role: need.role, cidr: cut === undefined ? (need.given ?? '') : printBlock(cut) });
    }
    return ranges;
  });
}

/** Makes the stored spec out of a draft and the ranges that were planned for it. */
export function placeCluster(draft: ClusterDraft, ranges: readonly PlannedRange[]): ManagedCluster {
  const { servicePrefix: _asked, ...given } = draft.network;
  const network: Partial<ClusterNetwork> = given;
  for (const { role, cidr } of ranges) network[rangeFields[role]] = cidr;
  const { nodeCidr, podCidr, serviceCidr, controlPlaneCidr } = network;
  if (nodeCidr === undefined || podCidr === undefined || serviceCidr === undefined) {
    throw new FleetyardError('internal', `The ranges of ${draft.name} are incomplete.`);
  }
  const placed: ClusterNetwork = { nodeCidr, podCidr, serviceCidr };
  if (controlPlaneCidr !== undefined) placed.controlPlaneCidr = controlPlaneCidr;
  return { ...draft, network: placed };
}

type Cut = RangePlanning & {
  claim: RangeClaim;
  need: RangeNeed;
  ranges: readonly PlannedRange[];
  forbidden: readonly Block[];
};

/** The control plane's ranges are cut from the nodes' pool. */
function poolOf(role: ClusterRangeRole): keyof AddressPools {
  return role === 'control-plane' ? 'nodes' : role;
}

function cutRange({ claim, need, ranges, pools, map, hints, forbidden, catalogue }: Cut): Block {
  const role = poolOf(need.role);
  const pool = pools[role];
  const { first, last } = getBlock(pool);
  const begin = hints.find(pool, need.prefix) ?? first;
  const refused = getManagedRules(claim.provider).listRefused(need.role, ranges, catalogue);
  // Behind the hint, and once from the beginning.
  const find = (also: readonly string[]): Block | undefined => {
    const avoided = [...forbidden, ...also.map(getBlock)];
    const stretches = [
      { first: begin, last },
      { first, last: begin - 1 },
    ];
    for (const stretch of stretches) {
      const gap = map.findGap(stretch, need.prefix, avoided);
      if (gap === undefined) continue;
      const unknown = map.findUnknown(gap);
      if (unknown === undefined) return gap;
      throw new UnknownStretch({ first: unknown.first, last: stretch.last });
    }
    return undefined;
  };
  const found = find(refused);
  if (found !== undefined) {
    hints.note(pool, need.prefix, found.last + 1);
    return found;
  }
  const pointer = `${claim.pointer}/network/${rangeFields[need.role]}`;
  if (refused.length > 0 && find([]) !== undefined) {
    const message = `The ${role} pool ${pool} has room only where ${claim.provider} refuses ${need.role} ranges: ${refused.join(', ')}.`;
    throw new FleetyardError('range-invalid', message, { details: [{ pointer, message, code: 'range-invalid' }] });
  }
  const message = `The ${role} pool ${pool} has no room for another /${need.prefix}.`;
  throw new FleetyardError('range-exhausted', message, { details: [{ pointer, message, code: 'range-exhausted' }] });
}

function findRefusedPairs(
  claims: readonly RangeClaim[],
  planned: readonly PlannedRange[][],
  catalogue: Catalogue,
): ErrorDetail[] {
  return claims.flatMap((claim, index) => {
    const cidrOf = (role: ClusterRangeRole): string | undefined =>
      planned[index]?.find((range) => range.role === role)?.cidr;
    const [nodes, pods] = [cidrOf('nodes'), cidrOf('pods')];
    if (nodes === undefined || pods === undefined) return [];
    const message = getManagedRules(claim.provider).findPairFault({ nodes, pods }, catalogue);
    return message === undefined
      ? []
      : [{ pointer: `${claim.pointer}/network/podCidr`, message, code: 'range-invalid' }];
  });
}

function findGivenOverlaps(claims: readonly RangeClaim[], map: AddressMap): ErrorDetail[] {
  const given = claims.flatMap((claim) =>
    claim.needs.flatMap((need) => {
      const block = need.given === undefined ? undefined : parseBlock(need.given);
      return block === undefined ? [] : [{ pointer: `${claim.pointer}/network/${rangeFields[need.role]}`, block }];
    }),
  );
  return given.flatMap(({ pointer, block }, index) => {
    const unknown = map.findUnknown(block);
    if (unknown !== undefined) throw new UnknownStretch(unknown);
    const met = given.find((other, at) => at < index && overlaps(other.block, block))?.block ?? map.findTaken(block);
    if (met === undefined) return [];
    const message = `${printBlock(block)} overlaps ${printBlock(met)}, which is taken.`;
    return [{ pointer, message, code: 'range-overlap' }];
  });
}
