// Checks ranges that the user gives against the rules of the provider that would use them.

import type { Catalogue } from '../../catalogue/types.ts';
import type { Schemas } from '../contract/schemas.ts';
import { getBlock, isInside, overlaps, parseBlock, prefixOf, type Block } from './cidr.ts';
import { countNodes } from './count-nodes.ts';
import type { ErrorDetail } from './errors.ts';
import { getManagedRules } from './providers/registry.ts';
import type { ManagedProvider } from './providers/rules.ts';
import { type AddressPools, type ClusterRangeRole, rangeFields } from './range-roles.ts';

/** What given ranges are checked against. */
export type GivenRangesContext = {
  catalogue: Catalogue;
  /** What the ranges must hold; sizes are not checked without it. */
  load?: { nodePools: readonly { count: { max: number } }[]; zones: number };
  /** Pointer to the cluster; empty when the cluster is the document. */
  pointer?: string;
};

type RangeField = (typeof rangeFields)[ClusterRangeRole];
type Given = { role: ClusterRangeRole; cidr: string; pointer: string; block: Block };

/** Collects everything that is wrong with the ranges of one cluster's request. */
export function checkGivenRanges(
  provider: ManagedProvider,
  network: Schemas['ClusterNetwork'],
  context: GivenRangesContext,
): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  const given: Given[] = [];
  for (const [role, field] of Object.entries(rangeFields) as [ClusterRangeRole, RangeField][]) {
    const cidr = network[field];
    if (cidr === undefined) continue;
    const pointer = `${context.pointer ?? ''}/network/${field}`;
    const block = parseBlock(cidr);
    if (block === undefined) details.push(invalid(pointer, describeMalformed(cidr)));
    else given.push({ role, cidr, pointer, block });
  }
  for (const range of given) {
    details.push(...checkOne(provider, range, context));
    const met = given.find(
      (other) => other !== range && other.pointer < range.pointer && overlaps(other.block, range.block),
    );
    if (met !== undefined) {
      details.push({ pointer: range.pointer, message: `${range.cidr} overlaps ${met.cidr}.`, code: 'range-overlap' });
    }
  }
  const nodes = given.find(({ role }) => role === 'nodes');
  const pods = given.find(({ role }) => role === 'pods');
  if (nodes !== undefined && pods !== undefined) {
    const pair = { nodes: nodes.cidr, pods: pods.cidr };
    const message = getManagedRules(provider).findPairFault(pair, context.catalogue);
    if (message !== undefined) details.push(invalid(pods.pointer, message));
  }
  return details;
}

/** Collects what is wrong with the size that is asked for the range of services, beside the one that stands. */
export function checkServicePrefix(
  provider: ManagedProvider,
  { servicePrefix, serviceCidr }: Schemas['ClusterNetwork'],
  { catalogue, standing }: { catalogue: Catalogue; standing: string | undefined },
): ErrorDetail[] {
  if (servicePrefix === undefined) return [];
  const pointer = '/network/servicePrefix';
  if (serviceCidr !== undefined) {
    const message = 'The range of services is named already; leave one of the two out.';
    return [{ pointer, message, code: 'contradiction' }];
  }
  if (standing !== undefined) {
    if (prefixOf(getBlock(standing)) === servicePrefix) return [];
    const message = `This is fixed for the life of a cluster; its services have ${standing}.`;
    return [{ pointer, message, code: 'immutable-field' }];
  }
  const [shortest, longest] = catalogue.ranges.sizes[provider].services ?? [servicePrefix, servicePrefix];
  if (servicePrefix >= shortest && servicePrefix <= longest) return [];
  return [invalid(pointer, `${provider} takes between /${shortest} and /${longest} for services.`)];
}

/** Collects everything that is wrong with the pools of a fleet or of an address space. */
export function checkPools(pools: Partial<AddressPools>, catalogue: Catalogue, pointer: string): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  const seen: { role: string; cidr: string; block: Block }[] = [];
  for (const [role, cidr] of Object.entries(pools)) {
    const at = `${pointer}/${role}`;
    const block = parseBlock(cidr);
    if (block === undefined) {
      details.push(invalid(at, describeMalformed(cidr)));
      continue;
    }
    if (!isPrivate(block, catalogue)) details.push(invalid(at, describePublic(cidr, catalogue)));
    const met = seen.find((other) => overlaps(other.block, block));
    if (met !== undefined) {
      details.push({
        pointer: at,
        message: `The ${role} pool ${cidr} overlaps the ${met.role} pool ${met.cidr}.`,
        code: 'range-overlap',
      });
    }
    seen.push({ role, cidr, block });
  }
  return details;
}

function checkOne(provider: ManagedProvider, range: Given, context: GivenRangesContext): ErrorDetail[] {
  const { catalogue } = context;
  const { role, cidr, pointer, block } = range;
  const sizes = catalogue.ranges.sizes[provider][role];
  if (sizes === undefined)
    return [invalid(pointer, `${provider} has no range of its own for this role; leave it out.`)];
  const details: ErrorDetail[] = [];
  if (!isPrivate(block, catalogue)) details.push(invalid(pointer, describePublic(cidr, catalogue)));
  for (const reserved of [...catalogue.ranges.reserved.any, ...catalogue.ranges.reserved[provider]]) {
    if (overlaps(getBlock(reserved.cidr), block)) {
      details.push(invalid(pointer, `${cidr} overlaps ${reserved.cidr}: ${reserved.why}.`));
    }
  }
  const fault = getManagedRules(provider).findRangeFault(role, block, catalogue);
  if (fault !== undefined) details.push(invalid(pointer, fault));
  const [shortest, longest] = sizes;
  const prefix = prefixOf(block);
  if (prefix < shortest || prefix > longest) {
    const bounds = shortest === longest ? `a /${shortest}` : `between /${shortest} and /${longest}`;
    details.push(invalid(pointer, `${provider} takes ${bounds} here; this is a /${prefix}.`));
    return details;
  }
  const tooSmall = findTooSmall(provider, role, prefix, context);
  if (tooSmall !== undefined) details.push(invalid(pointer, tooSmall));
  return details;
}

function findTooSmall(
  provider: ManagedProvider,
  role: ClusterRangeRole,
  prefix: number,
  { load }: GivenRangesContext,
): string | undefined {
  if (load === undefined) return undefined;
  const rules = getManagedRules(provider);
  const { max, surge } = countNodes(load.nodePools);
  const nodes = `up to ${max} nodes and ${surge} more during upgrades`;
  const served = rules.countNodesServed(prefix);
  if (role === 'pods' && served < max + surge) {
    const enough = rules.sizePods({ max, surge });
    return `A /${prefix} serves the pods of ${served} nodes; ${nodes} need a /${enough}.`;
  }
  const least = rules.leastNodes({ max, surge, zones: load.zones });
  if (role === 'nodes' && prefix > least) return `A /${prefix} is too small for ${nodes}; they need a /${least}.`;
  return undefined;
}

function isPrivate(block: Block, catalogue: Catalogue): boolean {
  return catalogue.ranges.private.some((cidr) => isInside(block, getBlock(cidr)));
}

function describePublic(cidr: string, catalogue: Catalogue): string {
  return `${cidr} is not inside a private block (${catalogue.ranges.private.join(', ')}).`;
}

function describeMalformed(cidr: string): string {
  return `${cidr} is not an IPv4 range such as 10.0.0.0/20: four decimal numbers, a prefix, and no bits set behind it.`;
}

function invalid(pointer: string, message: string): ErrorDetail {
  return { pointer, message, code: 'range-invalid' };
}
