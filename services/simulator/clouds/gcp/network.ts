// Networks of Google Cloud, and the ways out of them.
import { getBlock, overlaps, parseBlock } from '../../../domain/cidr.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { hex, known, list, text } from '../values.ts';
import { googleError } from './errors.ts';
import { checkName } from './names-and-labels.ts';
import { getReference, projectOf, refuseInUse, refuseTwin, regionOf, selfLinkOf } from './references.ts';
import { CLUSTER, FIREWALL, NETWORK, ROUTER, SUBNET } from './tokens.ts';

/** Finds the network that a property refers to. */
export function getNetwork(context: CloudContext, inputs: Values, doing: string): Resource {
  const prefix = `projects/${projectOf(context, inputs)}/global/networks`;
  return getReference(context, NETWORK, text(inputs, 'network'), prefix, doing);
}

/** Whether a resource stands in a network. */
export function isIn(resource: Resource, network: Resource): boolean {
  return text(resource.outputs, 'network') === text(network.outputs, 'selfLink');
}

/** All ranges of a subnetwork. */
export function listRanges(subnet: Resource): string[] {
  const secondary = list(subnet.inputs, 'secondaryIpRanges').map((range) => text(range, 'ipCidrRange'));
  return [text(subnet.inputs, 'ipCidrRange'), ...secondary].filter(Boolean);
}

const network: ResourceType = {
  token: NETWORK,
  replaceOn: ['name', 'project', 'autoCreateSubnetworks', 'description', 'enableUlaInternalIpv6'],
  autoName: 'name',
  deleteBeforeReplace: true,
  seconds: { create: 15, delete: 20 },
  validate: checkName,
  quotas: (context) => [
    {
      quota: 'compute/networks',
      limit: 50,
      used: context.list(NETWORK).length,
      amount: 1,
      refuse: (limit) =>
        googleError(
          'Error waiting to create Network',
          403,
          'quotaExceeded',
          `Quota 'NETWORKS' exceeded. Limit: ${limit}.0 globally.`,
        ),
    },
  ],
  create(context, inputs) {
    const name = text(inputs, 'name');
    const project = projectOf(context, inputs);
    const id = `projects/${project}/global/networks/${name}`;
    refuseTwin(context, NETWORK, id, 'Error creating Network');
    const numericId = String(Math.floor(Math.random() * 1e15));
    const outputs = {
      autoCreateSubnetworks: true,
      routingMode: 'REGIONAL',
      deleteDefaultRoutesOnCreate: false,
      networkFirewallPolicyEnforcementOrder: 'AFTER_CLASSIC_FIREWALL',
      mtu: 0,
      ...inputs,
      project,
      gatewayIpv4: '',
      numericId,
      networkId: numericId,
      selfLink: selfLinkOf(id),
    };
    return { id, name, region: 'global', outputs };
  },
  remove(context, resource) {
    const user = [SUBNET, FIREWALL, ROUTER].flatMap((type) => context.list(type)).find((each) => isIn(each, resource));
    refuseInUse(resource, user, 'Error waiting for Deleting Network');
  },
};

function checkRanges(inputs: Values): { property: string; reason: string }[] {
  const faults = checkName(inputs);
  const own = known(inputs, 'ipCidrRange');
  const secondary = list(inputs, 'secondaryIpRanges').map((range) => known(range, 'ipCidrRange'));
  for (const cidr of [own, ...secondary]) {
    if (cidr === undefined || parseBlock(cidr)) continue;
    faults.push({ property: 'ipCidrRange', reason: `"${cidr}" is not a valid IP CIDR range` });
  }
  return faults;
}

const subnetwork: ResourceType = {
  token: SUBNET,
  replaceOn: ['name', 'project', 'region', 'network', 'purpose', 'description'],
  autoName: 'name',
  deleteBeforeReplace: true,
  seconds: { create: 20, update: 10, delete: 20 },
  validate: checkRanges,
  create(context, inputs) {
    const doing = 'Error creating Subnetwork';
    const name = text(inputs, 'name');
    const project = projectOf(context, inputs);
    const region = regionOf(context, inputs, doing);
    const parent = getNetwork(context, inputs, doing);
    const id = `projects/${project}/regions/${region}/subnetworks/${name}`;
    refuseTwin(context, SUBNET, id, doing);
    checkOverlap(context, parent, id, inputs, doing);
    const cidr = text(inputs, 'ipCidrRange');
    const outputs = {
      privateIpGoogleAccess: false,
      purpose: 'PRIVATE',
      stackType: 'IPV4_ONLY',
      ...inputs,
      project,
      region,
      network: text(parent.outputs, 'selfLink'),
      creationTimestamp: context.now.toISOString(),
      fingerprint: hex(12),
      gatewayAddress: cidr.replace(/\d+\/\d+$/, '1'),
      selfLink: selfLinkOf(id),
      subnetworkId: Math.floor(Math.random() * 1e15),
    };
    return { id, name, region, outputs };
  },
  update(context, subnet, inputs) {
    const doing = 'Error updating Subnetwork';
    const parent = getNetwork(context, inputs, doing);
    const [before, after] = [getBlock(text(subnet.inputs, 'ipCidrRange')), getBlock(text(inputs, 'ipCidrRange'))];
    if (after.first > before.first || after.last < before.last) {
      throw googleError(
        doing,
        400,
        'invalid',
        `The new range must contain the old one: ${text(subnet.inputs, 'ipCidrRange')}`,
      );
    }
    checkOverlap(context, parent, subnet.id, inputs, doing);
    return { network: text(parent.outputs, 'selfLink') };
  },
  remove(context, resource) {
    const user = context.list(CLUSTER).find((each) => text(each.outputs, 'subnetwork') === resource.id);
    refuseInUse(resource, user, 'Error waiting for Deleting Subnetwork');
  },
};

function checkOverlap(context: CloudContext, parent: Resource, id: string, inputs: Values, doing: string): void {
  const own = listRanges({ inputs } as Resource);
  own.forEach((cidr, index) => {
    const twin = own.find((other, place) => place < index && overlaps(getBlock(other), getBlock(cidr)));
    if (twin)
      throw googleError(
        doing,
        400,
        'invalid',
        `Invalid IPCidrRange: ${cidr} conflicts with ${twin} of the same subnetwork`,
      );
    for (const subnet of context.list(SUBNET)) {
      if (subnet.id === id || !isIn(subnet, parent)) continue;
      const clash = listRanges(subnet).find((other) => overlaps(getBlock(other), getBlock(cidr)));
      if (!clash) continue;
      const message = `Invalid IPCidrRange: ${cidr} conflicts with existing subnetwork '${subnet.name}' in region '${subnet.region}'`;
      throw googleError(doing, 400, 'invalid', message);
    }
  });
}

/** The types of this file. */
export const networkTypes = [network, subnetwork];
