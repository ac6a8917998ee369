// The judge of a chaos run: what the evidence says of duplicates, orphans, losses and leftovers. It asks nobody itself.

import type { RealObject } from './real-objects.ts';

/** One recorded change of a simulated cloud. */
export type LedgerEntry = {
  action: 'create' | 'update' | 'delete';
  type: string;
  id: string;
  urn: string;
  caller: string;
  outcome: 'done' | 'refused';
};

/** One resource that a simulated cloud has. */
export type CloudResource = { type: string; id: string; name: string; urn: string };

/** One resource that Pulumi's state knows. */
export type KnownResource = { stack: string; type: string; id: string; urn: string };

/** One simulated account. */
export type Account = { account: string; resources: CloudResource[]; entries: LedgerEntry[] };

/** What stands when nothing is at work. */
export type Standing = {
  accounts: Account[];
  known: KnownResource[];
  /** On real API servers. */ objects?: RealObject[];
};

/** What remains once everything was deleted and every process was stopped. */
export type Leftovers = {
  ranges: string[];
  locks: string[];
  stacks: string[];
  processes: string[];
  /** Local control planes of clusters: processes, and folders. */
  controlPlanes: string[];
  files: string[];
  logins: string[];
};

/** An operation that the API accepted, and what became of it; null when nobody knows it any more. */
export type Accepted = { id: string; state: string | null };

const settled = ['succeeded', 'failed', 'cancelled', 'needs_attention'];

/**
 * Roles of which two stood at once, or that were made again while the first stood: one line each. The role is the resource's URN, which names
 * stack and logical name; the schedule asks for nothing that would replace a resource by making the next one first.
 */
export function findDuplicates(accounts: readonly Account[]): string[] {
  return accounts.flatMap(({ account, entries, resources }) => {
    const found = new Set<string>();
    const standing = new Map<string, Set<string>>();
    for (const { action, outcome, type, id, urn } of entries) {
      if (outcome !== 'done' || action === 'update') continue;
      const role = roleOf({ type, id, urn });
      const ids = standing.get(role) ?? new Set();
      standing.set(role, ids);
      if (action === 'delete') ids.delete(id);
      // The same name made again without a delete between counts as well.
      else if (ids.size > 0) found.add(role);
      if (action === 'create') ids.add(id);
    }
    for (const [role, group] of Map.groupBy(resources, roleOf)) if (group.length > 1) found.add(role);
    return [...found].map((role) => `${account}: ${role}`);
  });
}

function roleOf({ type, id, urn }: Pick<CloudResource, 'type' | 'id' | 'urn'>): string {
  return urn === '' ? `${type} ${id}` : urn;
}

/** Resources of the clouds that no stack knows. */
export function findOrphans({ accounts, known }: Standing): string[] {
  const ids = new Set(known.map(keyOf));
  return accounts.flatMap(({ account, resources }) =>
    resources.filter((each) => !isShared(each) && !ids.has(keyOf(each))).map((each) => describe(account, each)),
  );
}

/** Resources of the clouds that stand although everything was deleted. */
export function findRemains(accounts: readonly Account[]): string[] {
  return accounts.flatMap(({ account, resources }) =>
    resources.filter((each) => !isShared(each)).map((each) => describe(account, each)),
  );
}

/** Resources that a stack knows and no cloud has, though nobody removed them by hand: the state says what is not true. */
export function findPhantoms({ accounts, known, objects = [] }: Standing): string[] {
  const standing = new Set(accounts.flatMap(({ resources }) => resources.map(keyOf)));
  const real = new Set(objects.map(({ type, id }) => `${type} ${id}`));
  const byHand = new Set(
    accounts.flatMap(({ entries }) =>
      entries.filter(({ caller, action }) => caller === 'admin' && action === 'delete').map(keyOf),
    ),
  );
  return (
    known
      // Namespaces are shared, so that another's role may stand in the cloud, or are the cluster's own.
      .filter(({ type }) => type !== 'kubernetes:core/v1:Namespace')
      .filter((each) => !standing.has(keyOf(each)) && !byHand.has(keyOf(each)) && !real.has(`${each.type} ${each.id}`))
      .map((each) => `${each.stack}: ${each.type} ${each.id}`)
  );
}

/** Objects of a membership that a real hub still has although all members have left. */
export function findMembers(objects: readonly RealObject[] = []): string[] {
  return objects
    .filter(
      ({ type, id }) => type.endsWith(':Cluster') || (type.endsWith(':Secret') && id.startsWith('karmada-cluster/')),
    )
    .map(({ server, type, id }) => `${server}: ${type} ${id}`);
}

/** What names a resource in both the cloud and the state. Of Kubernetes objects the state knows no server, so the role has to do. */
function keyOf({ type, id, urn }: { type: string; id: string; urn: string }): string {
  return type.startsWith('kubernetes:') ? urn : `${type} ${id}`;
}

function describe(account: string, { type, id }: CloudResource): string {
  return `${account}: ${type} ${id}`;
}

/** The namespace that all members share stays at the hub, as it does after `karmadactl unjoin`. */
function isShared({ type, name }: CloudResource): boolean {
  return type === 'kubernetes:core/v1:Namespace' && name === 'karmada-cluster';
}

/** Accepted operations that are gone or do not end. */
export function findLost(accepted: readonly Accepted[]): string[] {
  return accepted
    .filter(({ state }) => state === null || !settled.includes(state))
    .map(({ id, state }) => `${id} is ${state ?? 'gone'}`);
}

/** How many there are of each. */
export function countLeftovers(leftovers: Leftovers): Record<keyof Leftovers, number> {
  return Object.fromEntries(Object.entries(leftovers).map(([kind, list]) => [kind, list.length])) as Record<
    keyof Leftovers,
    number
  >;
}
