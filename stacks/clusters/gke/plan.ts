// What a GKE cluster consists of, decided from its inputs alone: ranges, API access, node pools.

import type { AccessInputs, ClusterInputs, NetworkInputs, NodePoolInputs, TaintEffect } from '../../contract.ts';
import { parseRange } from '../../cidr.ts';
import { namePools } from '../../naming.ts';
import { POOL_LABEL } from '../../tags.ts';
import { getName, getPoolName } from './names.ts';

export type NetworkPlan = {
  nodeCidr: string;
  secondaryRanges: { pods: { name: string; cidr: string }; services: { name: string; cidr: string } };
  /** Where calls of the control plane to webhooks on nodes come from; undefined where Google chooses. */
  controlPlaneCidr: string | undefined;
};

export type ApiAccessPlan = { privateEndpoint: boolean; allowedCidrs: string[] | undefined };

export type NodePoolPlan = {
  pool: string;
  name: string;
  machineType: string;
  zones: string[];
  size: FixedSize | AutoscaledSize;
  spot: boolean;
  labels: Record<string, string>;
  taints: { key: string; value: string; effect: string }[];
  accelerator: { type: string; count: number } | undefined;
};

type FixedSize = { kind: 'fixed'; nodeCount: number };
type AutoscaledSize = { kind: 'autoscaled'; initialNodeCount: number; totalMin: number; totalMax: number };

const EFFECTS: Record<TaintEffect, string> = {
  NoSchedule: 'NO_SCHEDULE',
  PreferNoSchedule: 'PREFER_NO_SCHEDULE',
  NoExecute: 'NO_EXECUTE',
};

/** Google's own names where they differ from the catalogue's. */
const ACCELERATORS: Record<string, string> = {
  'nvidia-t4': 'nvidia-tesla-t4',
  'nvidia-p4': 'nvidia-tesla-p4',
  'nvidia-p100': 'nvidia-tesla-p100',
  'nvidia-v100': 'nvidia-tesla-v100',
  'nvidia-a100': 'nvidia-tesla-a100',
  'nvidia-a100-40gb': 'nvidia-tesla-a100',
  'nvidia-h100': 'nvidia-h100-80gb',
  'nvidia-h200': 'nvidia-h200-141gb',
};

/** One subnet for the region's nodes with secondary ranges for pods and services. */
export function planNetwork(inputs: NetworkInputs): NetworkPlan {
  const { cluster } = inputs.identity;
  const controlPlane = inputs.controlPlaneCidr;
  if (controlPlane !== undefined && parseRange(controlPlane).prefix !== 28) {
    throw new Error(`GKE's control plane takes a /28, not ${controlPlane}`);
  }
  return {
    nodeCidr: inputs.nodeCidr,
    secondaryRanges: {
      pods: { name: getName('gcp-range', cluster, 'pods'), cidr: inputs.podCidr },
      services: { name: getName('gcp-range', cluster, 'services'), cidr: inputs.serviceCidr },
    },
    controlPlaneCidr: controlPlane,
  };
}

/**
 * Who reaches the API server. Nodes always come by the private endpoint. Without a public one GKE still wants a list,
 * which then holds ranges inside the network; no list at all means that everybody may try.
 */
export function planApiAccess(access: AccessInputs): ApiAccessPlan {
  if (!access.private && !access.public) throw new Error('the API server needs a private or a public endpoint');
  const open = access.public && access.allowedCidrs.length === 0;
  return { privateEndpoint: !access.public, allowedCidrs: open ? undefined : access.allowedCidrs };
}

/** The node pools of a cluster. */
export function planNodePools(inputs: Pick<ClusterInputs, 'nodePools' | 'zones'>): NodePoolPlan[] {
  const names = namePools(inputs.nodePools, getPoolName);
  return inputs.nodePools.map((pool) => {
    const unknown = pool.zones.filter((zone) => !inputs.zones.includes(zone));
    if (pool.zones.length === 0 || unknown.length > 0) {
      throw new Error(`node pool "${pool.name}" needs zones of the cluster, not "${unknown.join(', ')}"`);
    }
    // GKE counts nodes by zone, so a pool smaller than its zones takes only as many of them.
    const zones = pool.zones.slice(0, Math.max(pool.count.max, 1));
    return {
      pool: pool.name,
      name: names.get(pool.name) ?? pool.name,
      machineType: pool.machineType,
      zones,
      size: planSize(pool, zones.length),
      spot: pool.spot,
      labels: { ...pool.labels, [POOL_LABEL]: pool.name },
      taints: pool.taints.map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] })),
      accelerator: planAccelerator(pool),
    };
  });
}

/** Counts are of the whole pool; GKE's own are of each zone but for an autoscaler's totals. */
function planSize(pool: NodePoolInputs, zones: number): FixedSize | AutoscaledSize {
  const { min, max } = pool.count;
  if (min === max && min % zones === 0) return { kind: 'fixed', nodeCount: min / zones };
  const initialNodeCount = Math.min(Math.ceil(min / zones), Math.floor(max / zones));
  return { kind: 'autoscaled', initialNodeCount, totalMin: min, totalMax: max };
}

/** TPUs come with their machine type and are no guest accelerators. */
function planAccelerator(pool: NodePoolInputs): { type: string; count: number } | undefined {
  const accelerator = pool.accelerator;
  if (accelerator === undefined || /tpu/i.test(accelerator.type)) return undefined;
  return { type: ACCELERATORS[accelerator.type] ?? accelerator.type, count: accelerator.count };
}
