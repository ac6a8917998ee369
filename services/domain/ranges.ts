// Cuts address ranges: what a cluster needs, the first free block of a pool, and a plan for several clusters at once.

import type { Catalogue } from '../../catalogue/types.ts';
import { type Block, getBlock, overlaps, parseBlock, printBlock } from './cidr.ts';
import type { ClusterDraft, ClusterNetwork, ManagedCluster } from './cluster-spec.ts';
import { countNodes } from './count-nodes.ts';
import { FleetyardError, type ErrorDetail, throwDetails } from './errors.ts';
import { findGap } from './find-gap.ts';
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

const servicesPrefix = 20;
const controlPlanePrefix = 28;

/** The ranges that a cluster needs, given ones among them. */
export function listRangeNeeds(draft: ClusterDraft): RangeNeed[] {
  const rules = getManagedRules(draft.provider);
  const load = { ...countNodes(draft.nodePools), zones: draft.zones.length };
  return rules.rangeRoles.map((role) => {
    const prefix = sizeRange(role, rules, load);
    const given = draft.network[rangeFields[role]];
    return given === undefined ? { role, prefix } : { role, prefix, given };
  });
}

function sizeRange(role: ClusterRangeRole, rules: ManagedRules, load: NodeLoad): number {
  switch (role) {
    case 'nodes':
      return rules.sizeNodes(load);
    case 'pods':
      return rules.sizePods(load);
    case 'services':
      return servicesPrefix;
    case 'control-plane':
      return controlPlanePrefix;
  }
}

function sortBlocks(cidrs: Iterable<string>): Block[] {
  return Array.from(cidrs, getBlock).sort((a, b) => a.first - b.first);
}

function insertBlock(sorted: Block[], block: Block): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((sorted[middle]?.first ?? 0) < block.first) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, block);
}

/** Blocks that are never cut: those reserved by any provider, so that clusters of all providers can be linked. */
export function listForbiddenRanges(catalogue: Catalogue): string[] {
  return Object.values(catalogue.ranges.reserved).flatMap((list) => list.map(({ cidr }) => cidr));
}

/**
 * Plans the ranges of several clusters at once: the given ones of all of them first, then what has to be cut, so that no
 * cut takes what a later cluster was given. Throws `range-overlap` with a pointer for every given range that meets another,
 * `range-invalid` where a provider refuses a pair, and `range-exhausted` naming the pool that has no room.
 */
export function planRanges(request: {
  claims: readonly RangeClaim[];
  pools: AddressPools;
  taken: Iterable<string>;
  catalogue: Catalogue;
}): PlannedRange[][] {
  const { claims, pools, catalogue } = request;
  const taken = sortBlocks(request.taken);
  throwDetails('Some of the given ranges are in use already.', findGivenOverlaps(claims, taken));
  for (const { needs } of claims)
    for (const { given } of needs) if (given !== undefined) insertBlock(taken, getBlock(given));
  const forbidden = listForbiddenRanges(catalogue).map(getBlock);
  const planned = claims.map((claim) => {
    const ranges: PlannedRange[] = [];
    for (const need of claim.needs) {
      const cidr = need.given ?? cutRange({ claim, need, ranges, pools, taken, forbidden, catalogue });
      if (need.given === undefined) insertBlock(taken, getBlock(cidr));
      ranges.push({ role: need.role, cidr });
    }
    return ranges;
  });
  throwDetails('The provider refuses these ranges together.', findRefusedPairs(claims, planned, catalogue));
  return planned;
}

/** Makes the stored spec out of a draft and the ranges that were planned for it. */
export function placeCluster(draft: ClusterDraft, ranges: readonly PlannedRange[]): ManagedCluster {
  const network: Partial<ClusterNetwork> = { ...draft.network };
  for (const { role, cidr } of ranges) network[rangeFields[role]] = cidr;
  const { nodeCidr, podCidr, serviceCidr, controlPlaneCidr } = network;
  if (nodeCidr === undefined || podCidr === undefined || serviceCidr === undefined) {
    throw new FleetyardError('internal', `The ranges of ${draft.name} are incomplete.`);
  }
  const placed: ClusterNetwork = { nodeCidr, podCidr, serviceCidr };
  if (controlPlaneCidr !== undefined) placed.controlPlaneCidr = controlPlaneCidr;
  return { ...draft, network: placed };
}

type Cut = {
  claim: RangeClaim;
  need: RangeNeed;
  ranges: readonly PlannedRange[];
  pools: AddressPools;
  taken: readonly Block[];
  forbidden: readonly Block[];
  catalogue: Catalogue;
};

function cutRange({ claim, need, ranges, pools, taken, forbidden, catalogue }: Cut): string {
  const role = need.role === 'control-plane' ? 'nodes' : need.role;
  const pool = pools[role];
  const refused = getManagedRules(claim.provider).listRefused(need.role, ranges, catalogue);
  const find = (also: readonly string[]): Block | undefined =>
    findGap(getBlock(pool), need.prefix, taken, [...forbidden, ...also.map(getBlock)]);
  const found = find(refused);
  if (found !== undefined) return printBlock(found);
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

function findGivenOverlaps(claims: readonly RangeClaim[], taken: readonly Block[]): ErrorDetail[] {
  const given = claims.flatMap((claim) =>
    claim.needs.flatMap((need) => {
      const block = need.given === undefined ? undefined : parseBlock(need.given);
      return block === undefined ? [] : [{ pointer: `${claim.pointer}/network/${rangeFields[need.role]}`, block }];
    }),
  );
  return given.flatMap(({ pointer, block }, index) => {
    const met =
      given.find((other, at) => at < index && overlaps(other.block, block))?.block ??
      taken.find((other) => overlaps(other, block));
    if (met === undefined) return [];
    const message = `${printBlock(block)} overlaps ${printBlock(met)}, which is taken.`;
    return [{ pointer, message, code: 'range-overlap' }];
  });
}
