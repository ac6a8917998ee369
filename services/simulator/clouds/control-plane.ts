// What clusters and their pools need: a control plane and nodes. Resource types declare it; control-planes/ brings it about.
import type { Resource, Values } from '../ledger/resource.ts';

/** A control plane that is open. */
export type ControlPlane = {
  id: string;
  /** Host, port and perhaps a path: a URL but for its scheme. */
  authority: string;
  /** PEM. */
  certificateAuthority: string;
};

/** What a control plane is to be. */
export type ControlPlaneNeed = {
  /** Exact, with what the cloud appends to it. */
  version: string;
  /** The pools that are no resources of their own. */
  pools: NodePoolNeed[];
};

/** All nodes of one pool; those of a pool that goes are none. */
export type NodePoolNeed = {
  name: string;
  nodes: NodesNeed[];
  /** Of its nodes, exact; that of the control plane when it is not said. */
  version?: string;
};

/** The same with where it is. */
export type PlacedPool = NodePoolNeed & { provider: 'aws' | 'azure-native' | 'gcp'; region: string };

/** Nodes that are alike. */
export type NodesNeed = {
  count: number;
  zone: string;
  machineType: string;
  labels: Record<string, string>;
  taints: Taint[];
};

/** A taint, its effect as Kubernetes spells it. */
export type Taint = { key: string; value: string; effect: string };

/** Looks at another resource of the account. */
export type FindResource = (type: string, id: string) => Resource | undefined;

/** What a cluster's type says about control planes. */
export type ControlPlaneRule = {
  need(cluster: Resource): ControlPlaneNeed;
  /** The outputs that are known once it is open. */
  outputs(cluster: Resource, plane: ControlPlane): Values;
  /** What the cloud says instead of one that is lost; nothing where its plugin has no word for that. */
  lost?: Values;
};

/** What a pool's type says about nodes. */
export type NodePoolRule = {
  /** The cluster that the pool belongs to. */
  cluster(pool: Resource): { type: string; id: string };
  need(pool: Resource, find: FindResource): NodePoolNeed;
};

/** Shares a pool's nodes out among its zones, the first ones first. */
export function spreadNodes(count: number, zones: string[], node: Omit<NodesNeed, 'count' | 'zone'>): NodesNeed[] {
  const share = (index: number) => Math.floor(count / zones.length) + (index < count % zones.length ? 1 : 0);
  return zones.map((zone, index) => ({ count: share(index), zone, ...node })).filter((nodes) => nodes.count > 0);
}

/** A taint as clouds write it: its effect is `NO_SCHEDULE` where Kubernetes says `NoSchedule`. */
export function readTaint({ key, value, effect }: Values): Taint {
  const words = String(effect ?? '').toLowerCase();
  const spelt = words.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return { key: String(key ?? ''), value: String(value ?? ''), effect: spelt };
}
