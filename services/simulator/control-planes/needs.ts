// Brings about what a resource's type declares that it needs of control planes, and takes it away again.
import type { NodePoolNeed, PlacedPool } from '../clouds/control-plane.ts';
import { getCloudOf } from '../clouds/registry.ts';
import type { ResourceType } from '../clouds/resource-type.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Resource, Values } from '../ledger/resource.ts';
import type { ControlPlanes } from './control-planes.ts';

type Parts = { ledger: Ledger; planes: ControlPlanes };

/** Meets a resource's needs; may be done again. Returns the outputs that this makes known. */
export async function meetNeeds({ ledger, planes }: Parts, type: ResourceType, resource: Resource): Promise<Values> {
  const { controlPlane: id } = resource;
  if (type.controlPlane && id !== null) {
    const { version, pools } = type.controlPlane.need(resource);
    const plane = await planes.ensure(id, version);
    for (const pool of pools) await planes.scale(id, placePool(pool, resource));
    return type.controlPlane.outputs(resource, plane);
  }
  const cluster = findCluster(ledger, type, resource);
  if (!type.nodePool || !cluster?.controlPlane) return {};
  const find = (token: string, other: string) => ledger.findResource(resource.account, token, other);
  await planes.scale(cluster.controlPlane, placePool(type.nodePool.need(resource, find), cluster));
  return {};
}

/** Takes away what a resource had that goes, and the control planes of clusters that went along with it. */
export async function withdrawNeeds({ ledger, planes }: Parts, type: ResourceType, resource: Resource): Promise<void> {
  if (resource.controlPlane !== null) await planes.close(resource.controlPlane);
  const cluster = findCluster(ledger, type, resource);
  if (cluster?.controlPlane) {
    await planes.scale(cluster.controlPlane, placePool({ name: resource.name, nodes: [] }, cluster));
  }
  await planes.closeReleased(resource.account);
}

function placePool(pool: NodePoolNeed, cluster: Resource): PlacedPool {
  return { ...pool, provider: getCloudOf(cluster.type).name, region: cluster.region };
}

function findCluster(ledger: Ledger, type: ResourceType, pool: Resource): Resource | undefined {
  const reference = type.nodePool?.cluster(pool);
  return reference && ledger.findResource(pool.account, reference.type, reference.id);
}
