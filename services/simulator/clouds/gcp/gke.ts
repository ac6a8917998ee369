// GKE clusters and node pools.
import { getBlock, overlaps, parseBlock } from '../../../domain/cidr.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import type { ControlPlane } from '../control-plane.ts';
import { countMinors, findExactVersion, getDefaultVersion, listZones } from '../facts.ts';
import { hex, known, list, object, text } from '../values.ts';
import { googleError } from './errors.ts';
import { labelOutputs } from './names-and-labels.ts';
import { getReference, projectOf, regionOf } from './references.ts';
import { getNetwork, listRanges } from './network.ts';
import { CLUSTER, KEY, KEY_MEMBER, POOL, SUBNET } from './tokens.ts';

const NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** A refusal of what was sent. */
export const refuse = (doing: string, message: string) => googleError(doing, 400, 'badRequest', message);

/** Names as GKE wants them. */
export function checkName(inputs: Values): { property: string; reason: string }[] {
  const name = known(inputs, 'name');
  if (name === undefined || NAME.test(name)) return [];
  return [
    {
      property: 'name',
      reason: `"name" can only contain lowercase letters, numbers and hyphens, at most 40 of them: ${name}`,
    },
  ];
}

function getSubnet(context: CloudContext, inputs: Values, region: string, doing: string): Resource {
  const prefix = `projects/${projectOf(context, inputs)}/regions/${region}/subnetworks`;
  const subnet = getReference(context, SUBNET, text(inputs, 'subnetwork'), prefix, doing);
  const network = getNetwork(context, inputs, doing);
  if (text(subnet.outputs, 'network') === text(network.outputs, 'selfLink')) return subnet;
  throw refuse(doing, `Subnetwork ${subnet.name} is not in network ${network.name}.`);
}

/** Secondary ranges by name, free of other clusters; the control plane's /28 apart from all of them. */
function checkRanges(
  context: CloudContext,
  inputs: Values,
  subnet: Resource,
  doing: string,
): { pods: string; services: string } {
  const policy = object(inputs, 'ipAllocationPolicy');
  const find = (property: string) => {
    const name = text(policy, property);
    const range = list(subnet.inputs, 'secondaryIpRanges').find((each) => text(each, 'rangeName') === name);
    if (range) return text(range, 'ipCidrRange');
    throw refuse(doing, `Secondary range "${name}" does not exist in subnetwork "${subnet.name}".`);
  };
  const ranges = { pods: find('clusterSecondaryRangeName'), services: find('servicesSecondaryRangeName') };
  const plane = text(object(inputs, 'privateClusterConfig'), 'masterIpv4CidrBlock');
  if (!plane) return ranges;
  const block = parseBlock(plane);
  if (!block || !plane.endsWith('/28')) throw refuse(doing, `Master CIDR block ${plane} must be a valid /28 range.`);
  const clash = listRanges(subnet).find((range) => overlaps(getBlock(range), block));
  if (clash) throw refuse(doing, `The given master_ipv4_cidr ${plane} overlaps with an existing network ${clash}.`);
  const other = context.list(CLUSTER).find((each) => {
    const taken = parseBlock(text(object(each.inputs, 'privateClusterConfig'), 'masterIpv4CidrBlock'));
    return taken !== undefined && overlaps(taken, block) && text(each.inputs, 'network') === text(inputs, 'network');
  });
  if (other) throw refuse(doing, `The given master_ipv4_cidr ${plane} overlaps with that of cluster ${other.name}.`);
  return ranges;
}

/** Refuses zones of another region. */
export function checkZones(inputs: Values, region: string, doing: string): void {
  const zones = listZones('gke', region);
  const wrong = list<string>(inputs, 'nodeLocations').find((zone) => !zones.includes(zone));
  if (wrong) throw refuse(doing, `Location "${wrong}" does not exist in region "${region}".`);
}

function checkVersion(asked: string, doing: string): string {
  const minor = /^1\.\d+/.exec(asked)?.[0] ?? '';
  const exact = findExactVersion('gke', asked) ?? findExactVersion('gke', minor);
  // The catalogue knows GKE's minors alone; the patch is made up, in GKE's form.
  if (exact) return /^1\.\d+$/.test(asked) ? `${minor}.5-gke.1021000` : asked;
  throw refuse(doing, `Master version "${asked}" is unsupported.`);
}

function checkKey(context: CloudContext, inputs: Values, doing: string): void {
  const name = text(object(inputs, 'databaseEncryption'), 'keyName');
  if (!name) return;
  if (!context.find(KEY, name)) throw refuse(doing, `CryptoKey "${name}" was not found.`);
  const granted = context
    .list(KEY_MEMBER)
    .some(
      (each) =>
        text(each.inputs, 'cryptoKeyId') === name && text(each.inputs, 'member').includes('container-engine-robot'),
    );
  if (granted) return;
  const message = `Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied for the service agent on resource '${name}'.`;
  throw googleError(doing, 403, 'forbidden', message);
}

function planeOutputs({ inputs }: Resource, plane: ControlPlane): Values {
  const privacy = object(inputs, 'privateClusterConfig');
  const certificate = {
    issueClientCertificate: false,
    ...object(object(inputs, 'masterAuth'), 'clientCertificateConfig'),
  };
  return {
    endpoint: plane.authority,
    masterAuth: {
      clientCertificate: '',
      clientCertificateConfig: certificate,
      clientKey: '',
      clusterCaCertificate: Buffer.from(plane.certificateAuthority).toString('base64'),
    },
    privateClusterConfig: {
      masterGlobalAccessConfig: { enabled: false },
      masterIpv4CidrBlock: '',
      peeringName: '',
      publicEndpoint: plane.authority,
      privateEndpoint: plane.authority,
      ...privacy,
    },
  };
}

const cluster: ResourceType = {
  token: CLUSTER,
  importWaits: true,
  replaceOn: [
    'name',
    'project',
    'location',
    'network',
    'subnetwork',
    'ipAllocationPolicy',
    'networkingMode',
    'datapathProvider',
    'privateClusterConfig.masterIpv4CidrBlock',
    'privateClusterConfig.enablePrivateNodes',
    'initialNodeCount',
    'enableAutopilot',
  ],
  autoName: 'name',
  deleteBeforeReplace: true,
  seconds: { create: 360, update: 300, delete: 240 },
  whileCreating: { endpoint: '', masterAuth: { clientCertificate: '', clientKey: '', clusterCaCertificate: '' } },
  controlPlane: {
    need: (cluster) => ({ version: text(cluster.outputs, 'masterVersion'), pools: [] }),
    outputs: planeOutputs,
  },
  validate: checkName,
  quotas: (context, inputs) => [
    {
      quota: `container/clusters/${text(inputs, 'location') || context.region}`,
      limit: 100,
      used: context.list(CLUSTER).filter((each) => each.region === text(inputs, 'location')).length,
      amount: 1,
      refuse: (limit) =>
        googleError(
          'googleapi',
          403,
          'quotaExceeded',
          `Insufficient regional quota to satisfy request: clusters limit ${limit}.`,
        ),
    },
  ],
  capacity: ({ name }) => {
    const message = `Google Compute Engine: ZONE_RESOURCE_POOL_EXHAUSTED: the zone does not have enough resources available to fulfill the request for cluster ${String(name)}. Try a different zone, or try again later`;
    return googleError('Error waiting for creating GKE cluster', 503, 'GCE_STOCKOUT', message, true);
  },
  create(context, inputs) {
    const doing = 'Error creating cluster';
    const name = text(inputs, 'name');
    const project = projectOf(context, inputs);
    const region = regionOf(context, inputs, doing);
    const id = `projects/${project}/locations/${region}/clusters/${name}`;
    if (context.find(CLUSTER, id)) throw googleError(doing, 409, 'alreadyExists', `Already exists: ${id}.`);
    const subnet = getSubnet(context, inputs, region, doing);
    const ranges = checkRanges(context, inputs, subnet, doing);
    checkZones(inputs, region, doing);
    checkKey(context, inputs, doing);
    const version = checkVersion(text(inputs, 'minMasterVersion') || getDefaultVersion('gke'), doing);
    const policy = { clusterIpv4CidrBlock: ranges.pods, servicesIpv4CidrBlock: ranges.services, stackType: 'IPV4' };
    const outputs = {
      nodeLocations: listZones('gke', region).slice(0, 3),
      loggingService: 'logging.googleapis.com/kubernetes',
      monitoringService: 'monitoring.googleapis.com/kubernetes',
      deletionProtection: true,
      ...inputs,
      project,
      location: region,
      network: `projects/${project}/global/networks/${text(inputs, 'network').split('/').at(-1)}`,
      subnetwork: subnet.id,
      ipAllocationPolicy: { ...policy, ...object(inputs, 'ipAllocationPolicy') },
      clusterIpv4Cidr: ranges.pods,
      servicesIpv4Cidr: ranges.services,
      masterVersion: version,
      nodeVersion: version,
      labelFingerprint: hex(8),
      operation: '',
      selfLink: `https://container.googleapis.com/v1/${id}`,
      resourceLabels: object(inputs, 'resourceLabels'),
      ...omitLabels(labelOutputs(inputs, 'resourceLabels')),
    };
    return { id, name, region, outputs };
  },
  update: updateCluster,
  remove(context, resource) {
    if (resource.inputs['deletionProtection'] !== false) {
      throw refuse(
        'Error deleting cluster',
        'Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.',
      );
    }
    for (const pool of context.list(POOL)) if (pool.id.startsWith(`${resource.id}/`)) context.cascade(pool);
  },
};

function omitLabels({ resourceLabels: _own, ...labels }: Values): Values {
  return labels;
}

function updateCluster(context: CloudContext, resource: Resource, inputs: Values): Values {
  const doing = 'Error updating cluster';
  checkZones(inputs, resource.region, doing);
  const from = text(resource.outputs, 'masterVersion');
  const asked = text(inputs, 'minMasterVersion');
  // `minMasterVersion` is a floor: what is newer stays.
  const wanted = asked ? checkVersion(asked, doing) : from;
  const minors = countMinors(from, wanted);
  if (minors > 1)
    throw refuse(doing, `Master cannot be upgraded from ${from} to "${wanted}": one minor version at a time.`);
  const version = minors === 1 ? wanted : from;
  return {
    network: resource.outputs['network'],
    subnetwork: resource.outputs['subnetwork'],
    ipAllocationPolicy: resource.outputs['ipAllocationPolicy'],
    ...omitLabels(labelOutputs(inputs, 'resourceLabels')),
    masterVersion: version,
  };
}

/** The types of this file. */
export const gkeTypes = [cluster];
