// Resolves the node pools of a cluster: machines, zones, counts, labels and taints.

import type { Catalogue, Machine, Region } from '../../catalogue/types.ts';
import type { Schemas } from '../contract/schemas.ts';
import { checkLabels, checkTaints } from './check-labels.ts';
import { chooseMachine, chooseNamedMachine, type MachinePlace } from './choose-machine.ts';
import { isSame } from './compare.ts';
import type { NodePool } from './cluster-spec.ts';
import type { ErrorDetail } from './errors.ts';
import { getManagedRules } from './providers/registry.ts';
import type { ManagedProvider } from './providers/rules.ts';

/** What pools are resolved with. */
export type NodePoolContext = {
  catalogue: Catalogue;
  provider: ManagedProvider;
  region: Region;
  /** Zones that the request names for the whole cluster. */
  zones?: readonly string[];
  /** The cluster as it stands; its zones and its pools' machines are kept. */
  previous?: { zones: readonly string[]; nodePools: readonly NodePool[] };
};

/** Pools with the zones that the cluster spans, or what is wrong; both when only some pools are wrong. */
export type ResolvedNodePools = { nodePools: NodePool[]; zones: string[]; details: ErrorDetail[] };

type Picked = { request: Schemas['NodePool']; machine: Machine; zones: string[] };

const zonesByDefault = 3;

/** Resolves all pools; pointers begin at `/nodePools`. */
export function resolveNodePools(
  requests: readonly Schemas['NodePool'][],
  context: NodePoolContext,
): ResolvedNodePools {
  const details = [...checkZones(context), ...checkPoolsTogether(requests, context)];
  const picked: Picked[] = [];
  for (const [index, request] of requests.entries()) {
    const pointer = `/nodePools/${index}`;
    details.push(...checkPool(request, pointer, context));
    const result = pickMachine(request, pointer, context);
    if ('details' in result) details.push(...result.details);
    else picked.push({ request, ...result });
  }
  const zones = chooseZones(picked, context);
  return { nodePools: picked.map((pool) => buildPool(pool, zones, context)), zones, details };
}

function checkPoolsTogether(
  requests: readonly Schemas['NodePool'][],
  { catalogue, provider }: NodePoolContext,
): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  const limits = catalogue.limits[provider];
  const say = (pointer: string, message: string, code: string): number => details.push({ pointer, message, code });
  if (requests.length > limits.nodePools) {
    say('/nodePools', `${provider} takes at most ${limits.nodePools} pools in a cluster.`, 'too-many');
  }
  const seen = new Set<string>();
  for (const [index, { name }] of requests.entries()) {
    if (seen.has(name)) say(`/nodePools/${index}/name`, `Another pool is called ${name} already.`, 'duplicate');
    seen.add(name);
  }
  const total = requests.reduce((sum, { count }) => sum + (count?.max ?? 0), 0);
  if (total > limits.nodes) {
    say(
      '/nodePools',
      `${provider} takes at most ${limits.nodes} nodes in a cluster; the pools may have ${total}.`,
      'too-many',
    );
  }
  // The cluster's own pods (DNS and its like) need a node from the start that takes them.
  const { system } = getManagedRules(provider);
  const carries = requests.some(
    ({ count, spot, taints }) =>
      (count?.min ?? 0) >= 1 &&
      (system.mayBeSpot || spot !== true) &&
      !(taints ?? []).some(({ effect }) => effect !== 'PreferNoSchedule'),
  );
  if (!carries) {
    say(
      '/nodePools',
      `The cluster's own pods need ${system.text} taints that keep pods away, and at least one node.`,
      'system-pool',
    );
  }
  return details;
}

function checkPool(request: Schemas['NodePool'], pointer: string, context: NodePoolContext): ErrorDetail[] {
  const { catalogue, provider, region, previous } = context;
  const limits = catalogue.limits[provider];
  const details: ErrorDetail[] = [];
  if (!new RegExp(limits.poolName.pattern).test(request.name)) {
    const message = `${provider} refuses this name for a pool; it takes ${limits.poolName.text}.`;
    details.push({ pointer: `${pointer}/name`, message, code: 'name-invalid' });
  }
  details.push(...checkCount(request, pointer, limits.nodesPerPool, provider));
  for (const [index, zone] of (request.zones ?? []).entries()) {
    const fault = findZoneFault(zone, region, previous?.zones, context.zones);
    if (fault !== undefined) details.push({ pointer: `${pointer}/zones/${index}`, ...fault });
  }
  if (new Set(request.zones).size !== (request.zones ?? []).length) {
    details.push({ pointer: `${pointer}/zones`, message: 'A zone stands here twice.', code: 'duplicate' });
  }
  details.push(...checkLabels(request.labels ?? {}, { catalogue, provider, pointer: `${pointer}/labels` }));
  details.push(...checkTaints(request.taints ?? [], { catalogue, provider, pointer: `${pointer}/taints` }));
  return details;
}

function checkCount(
  { count }: Schemas['NodePool'],
  pointer: string,
  most: number,
  provider: ManagedProvider,
): ErrorDetail[] {
  if (count === undefined) {
    return [{ pointer: `${pointer}/count`, message: `A pool on ${provider} needs min and max.`, code: 'required' }];
  }
  const say = (field: string, message: string): ErrorDetail[] => [
    { pointer: `${pointer}/count/${field}`, message, code: 'count-invalid' },
  ];
  if (count.min > count.max) return say('min', `min (${count.min}) may not be more than max (${count.max}).`);
  if (count.max < 1) return say('max', 'max is at least 1.');
  if (count.max > most) return say('max', `${provider} takes at most ${most} nodes in a pool.`);
  return [];
}

function findZoneFault(
  zone: string,
  region: Region,
  standing: readonly string[] | undefined,
  asked: readonly string[] | undefined,
): { message: string; code: string } | undefined {
  if (!region.zones.includes(zone)) {
    return {
      message: `${zone} is not a zone of ${region.name}, which has ${region.zones.join(', ')}.`,
      code: 'unknown-zone',
    };
  }
  if (standing !== undefined && !standing.includes(zone)) {
    return { message: `The cluster spans ${standing.join(', ')} since it was made.`, code: 'immutable-field' };
  }
  if (asked !== undefined && !asked.includes(zone)) {
    return { message: `The cluster is asked to span ${asked.join(', ')} only.`, code: 'contradiction' };
  }
  return undefined;
}

function pickMachine(
  request: Schemas['NodePool'],
  pointer: string,
  context: NodePoolContext,
): { machine: Machine; zones: string[] } | { details: ErrorDetail[] } {
  const fail = (at: string, message: string, code: string) => ({
    details: [{ pointer: `${pointer}${at}`, message, code }],
  });
  if (request.machine === undefined && request.machineType === undefined) {
    return fail('', 'A pool names a machine or a machineType.', 'required');
  }
  if (request.machine !== undefined && request.machineType !== undefined) {
    return fail('/machineType', 'A pool names a machine or a machineType, not both.', 'contradiction');
  }
  const place = placeOf(request, context);
  const kept = findKeptType(request, context);
  const byName = request.machineType ?? kept;
  if (byName !== undefined) {
    const choice = chooseNamedMachine(byName, place);
    if ('machine' in choice) return choice;
    // A type that the catalogue has dropped since stays with the pool that has it.
    if (kept !== undefined)
      return { machine: describeKept(kept, request), zones: [...(place.zones ?? context.region.zones)] };
    return fail('/machineType', choice.fault, 'unknown-machine');
  }
  const choice = chooseMachine(request.machine ?? { cpu: 1, memoryGiB: 1 }, place);
  if ('machine' in choice) return choice;
  return fail(
    request.machine?.accelerator === undefined && choice.field === '/accelerator'
      ? '/machine'
      : `/machine${choice.field}`,
    choice.fault,
    'unknown-machine',
  );
}

// A pool that names no zones takes those of the cluster that have its machine; when they are fixed, one of them must.
function placeOf(
  request: Schemas['NodePool'],
  { catalogue, provider, region, zones, previous }: NodePoolContext,
): MachinePlace {
  const bounds = zones ?? previous?.zones;
  const within =
    bounds === undefined ? region : { ...region, zones: region.zones.filter((zone) => bounds.includes(zone)) };
  // Zones that are wrong have a fault of their own.
  const wanted = request.zones?.filter((zone) => within.zones.includes(zone));
  return { catalogue, provider, region: within, ...(wanted === undefined ? {} : { zones: wanted }) };
}

// The same question gets the same answer for as long as the pool lives, whatever the catalogue says by then.
function findKeptType(request: Schemas['NodePool'], { previous }: NodePoolContext): string | undefined {
  const pool = previous?.nodePools.find(({ name }) => name === request.name);
  if (pool === undefined) return undefined;
  if (request.machineType !== undefined) return pool.machineType === request.machineType ? pool.machineType : undefined;
  return isSame(pool.machine, request.machine) ? pool.machineType : undefined;
}

function describeKept(name: string, { machine }: Schemas['NodePool']): Machine {
  return {
    name,
    cpu: machine?.cpu ?? 0,
    memoryGiB: machine?.memoryGiB ?? 0,
    family: '',
    purpose: 'general',
    byNameOnly: true,
  };
}

// Zones of the cluster itself: those of its region, and as many as the provider wants.
function checkZones({ catalogue, provider, region, zones }: NodePoolContext): ErrorDetail[] {
  const asked = zones ?? [];
  const details = asked.flatMap((zone, index) => {
    const fault = findZoneFault(zone, region, undefined, undefined);
    return fault === undefined ? [] : [{ pointer: `/zones/${index}`, ...fault }];
  });
  const least = catalogue.limits[provider].minZones;
  if (zones !== undefined && new Set(zones).size < least) {
    details.push({ pointer: '/zones', message: `${provider} needs ${least} zones.`, code: 'too-few-zones' });
  }
  return details;
}

function chooseZones(picked: readonly Picked[], { region, zones: asked, previous }: NodePoolContext): string[] {
  // Asked anew, they may differ from the standing ones; the comparison says that they may not.
  if (asked !== undefined) return region.zones.filter((zone) => asked.includes(zone));
  if (previous !== undefined) return [...previous.zones];
  const zones = new Set(region.zones.slice(0, zonesByDefault));
  for (const { request } of picked) {
    for (const zone of request.zones ?? []) if (region.zones.includes(zone)) zones.add(zone);
  }
  for (const pool of picked) {
    const [first] = pool.zones;
    if (first !== undefined && !pool.zones.some((zone) => zones.has(zone))) zones.add(first);
  }
  return region.zones.filter((zone) => zones.has(zone));
}

function buildPool({ request, machine, zones: having }: Picked, zones: string[], context: NodePoolContext): NodePool {
  const standing = context.previous?.nodePools.find(({ name }) => name === request.name);
  const kept = standing?.machineType === machine.name ? standing : undefined;
  const pool: NodePool = {
    name: request.name,
    machineType: machine.name,
    count: { min: request.count?.min ?? 0, max: request.count?.max ?? 0 },
    spot: request.spot ?? false,
    zones:
      request.zones === undefined
        ? (kept?.zones ?? zones.filter((zone) => having.includes(zone)))
        : inOrder(request.zones, zones),
    labels: request.labels ?? {},
    taints: (request.taints ?? []).map(({ key, value, effect }) => ({ key, value: value ?? '', effect })),
  };
  const accelerator = kept === undefined ? machine.accelerator : kept.accelerator;
  if (accelerator !== undefined) pool.accelerator = accelerator;
  if (request.machine !== undefined) pool.machine = request.machine;
  return pool;
}

// Zones are a set: the order in which they are written changes nothing.
function inOrder(asked: readonly string[], zones: readonly string[]): string[] {
  return zones.filter((zone) => asked.includes(zone));
}
