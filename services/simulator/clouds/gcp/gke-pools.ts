// GKE node pools.
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { readTaint, spreadNodes, type NodePoolNeed } from '../control-plane.ts';
import { isMachine } from '../facts.ts';
import { hex, list, object, text } from '../values.ts';
import { googleError } from './errors.ts';
import { getReference, projectOf, regionOf } from './references.ts';
import { checkName, checkZones, refuse } from './gke.ts';
import { ACCOUNT, CLUSTER, POOL } from './tokens.ts';

function getActiveCluster(context: CloudContext, inputs: Values, region: string, doing: string): Resource {
  const prefix = `projects/${projectOf(context, inputs)}/locations/${region}/clusters`;
  const found = getReference(context, CLUSTER, text(inputs, 'cluster'), prefix, doing);
  if (found.state !== 'creating' && found.state !== 'deleting' && found.state !== 'updating') return found;
  const message = `Cluster is running incompatible operation (${found.state}).`;
  throw googleError(doing, 400, 'FAILED_PRECONDITION', message, true);
}

function checkPool(inputs: Values, region: string, doing: string): void {
  checkZones(inputs, region, doing);
  const machine = text(object(inputs, 'nodeConfig'), 'machineType');
  if (machine && !isMachine('gke', machine)) {
    throw refuse(doing, `Machine type with name '${machine}' does not exist in zone '${region}-b'.`);
  }
  const scaling = object(inputs, 'autoscaling');
  const [min, max] = [Number(scaling['totalMinNodeCount'] ?? 0), Number(scaling['totalMaxNodeCount'] ?? 0)];
  if (min > max)
    throw refuse(doing, `total_max_node_count must be greater than or equal to total_min_node_count (${min}).`);
}

const nodePool: ResourceType = {
  token: POOL,
  importWaits: true,
  replaceOn: [
    'name',
    'namePrefix',
    'project',
    'location',
    'cluster',
    'initialNodeCount',
    'maxPodsPerNode',
    'placementPolicy',
    'nodeConfig.spot',
    'nodeConfig.preemptible',
    'nodeConfig.serviceAccount',
    'nodeConfig.oauthScopes',
    'nodeConfig.guestAccelerators',
    'nodeConfig.metadata',
    'nodeConfig.shieldedInstanceConfig',
    'nodeConfig.localSsdCount',
  ],
  autoName: 'name',
  deleteBeforeReplace: true,
  seconds: { create: 120, update: 120, delete: 120 },
  nodePool: { cluster: (pool) => ({ type: CLUSTER, id: pool.id.replace(/\/nodePools\/.*$/, '') }), need: needNodes },
  validate: checkName,
  capacity: ({ name }) => {
    const message = `[GCE_STOCKOUT] Instance creation for node pool ${String(name)} failed: the zone does not have enough resources available to fulfill the request (ZONE_RESOURCE_POOL_EXHAUSTED)`;
    return googleError('Error waiting for creating GKE NodePool', 503, 'ZONE_RESOURCE_POOL_EXHAUSTED', message, true);
  },
  create(context, inputs) {
    const doing = 'error creating NodePool';
    const name = text(inputs, 'name');
    const project = projectOf(context, inputs);
    const region = regionOf(context, inputs, doing);
    const parent = getActiveCluster(context, inputs, region, doing);
    const id = `${parent.id}/nodePools/${name}`;
    if (context.find(POOL, id)) throw googleError(doing, 409, 'alreadyExists', `Already exists: ${id}.`);
    checkPool(inputs, region, doing);
    const account = text(object(inputs, 'nodeConfig'), 'serviceAccount');
    const isOurs = account.endsWith(`@${project}.iam.gserviceaccount.com`);
    if (isOurs && !context.find(ACCOUNT, `projects/${project}/serviceAccounts/${account}`)) {
      throw refuse(doing, `The user does not have access to service account "${account}".`);
    }
    const zones = list<string>(inputs, 'nodeLocations').length
      ? list<string>(inputs, 'nodeLocations')
      : list<string>(parent.outputs, 'nodeLocations');
    const urls = zones.map(
      (zone) =>
        `https://www.googleapis.com/compute/v1/projects/${project}/zones/${zone}/instanceGroups/gke-${parent.name}-${name}-${hex(8)}-grp`,
    );
    const outputs = {
      nodeCount: inputs['initialNodeCount'] ?? 1,
      maxPodsPerNode: 110,
      version: parent.outputs['masterVersion'],
      ...inputs,
      project,
      location: region,
      cluster: parent.name,
      nodeLocations: zones,
      namePrefix: '',
      operation: '',
      instanceGroupUrls: urls,
      managedInstanceGroupUrls: urls.map((url) => url.replace('instanceGroups', 'instanceGroupManagers')),
    };
    return { id, name, region, outputs };
  },
  update(context, pool, inputs) {
    const doing = 'error updating NodePool';
    const parent = getActiveCluster(context, inputs, pool.region, doing);
    checkPool(inputs, pool.region, doing);
    return { cluster: parent.name };
  },
};

function needNodes({ name, inputs, outputs }: Resource): NodePoolNeed {
  const config = object(inputs, 'nodeConfig');
  const zones = list<string>(outputs, 'nodeLocations');
  // GKE counts per zone, except where it scales by itself within a total.
  const count = Number(outputs['nodeCount'] ?? 1) * zones.length;
  const least = Number(object(inputs, 'autoscaling')['totalMinNodeCount'] ?? 0);
  const nodes = spreadNodes(Math.max(count, least), zones, {
    machineType: text(config, 'machineType') || 'e2-medium',
    labels: object(config, 'labels') as Record<string, string>,
    taints: list(config, 'taints').map(readTaint),
  });
  const version = text(inputs, 'version');
  return { name, nodes, ...(version ? { version } : {}) };
}

/** The types of this file. */
export const gkePoolTypes = [nodePool];
