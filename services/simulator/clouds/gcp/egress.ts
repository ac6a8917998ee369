// Ways out of a network of Google Cloud, and what may come in.
import type { Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { hex, list, text } from '../values.ts';
import { googleError } from './errors.ts';
import { checkName, labelOutputs } from './names-and-labels.ts';
import { getReference, projectOf, refuseInUse, refuseTwin, regionOf, selfLinkOf } from './references.ts';
import { getNetwork } from './network.ts';
import { ADDRESS, FIREWALL, NAT, ROUTER } from './tokens.ts';

const router: ResourceType = {
  token: ROUTER,
  replaceOn: ['name', 'project', 'region', 'network'],
  autoName: 'name',
  deleteBeforeReplace: true,
  seconds: { create: 10, delete: 10 },
  validate: checkName,
  create(context, inputs) {
    const doing = 'Error creating Router';
    const name = text(inputs, 'name');
    const project = projectOf(context, inputs);
    const region = regionOf(context, inputs, doing);
    const parent = getNetwork(context, inputs, doing);
    const id = `projects/${project}/regions/${region}/routers/${name}`;
    refuseTwin(context, ROUTER, id, doing);
    const facts = { creationTimestamp: context.now.toISOString(), selfLink: selfLinkOf(id) };
    return { id, name, region, outputs: { ...inputs, project, region, network: parent.outputs['selfLink'], ...facts } };
  },
  update: (context, _router, inputs) => ({
    network: getNetwork(context, inputs, 'Error updating Router').outputs['selfLink'],
  }),
  remove(context, resource) {
    for (const nat of context.list(NAT)) {
      if (text(nat.inputs, 'router').split('/').at(-1) === resource.name && nat.region === resource.region)
        context.cascade(nat);
    }
  },
};

const address: ResourceType = {
  token: ADDRESS,
  replaceOn: ['name', 'project', 'region', 'addressType', 'address', 'networkTier', 'purpose', 'subnetwork'],
  autoName: 'name',
  deleteBeforeReplace: true,
  seconds: { create: 5, delete: 5 },
  validate: checkName,
  quotas: (context, inputs) => [
    {
      quota: `compute/static-addresses/${text(inputs, 'region') || context.region}`,
      limit: 8,
      used: context.list(ADDRESS).filter((each) => each.region === text(inputs, 'region')).length,
      amount: 1,
      refuse: (limit) =>
        googleError(
          'Error creating Address',
          403,
          'quotaExceeded',
          `Quota 'STATIC_ADDRESSES' exceeded. Limit: ${limit}.0 in region ${text(inputs, 'region')}.`,
        ),
    },
  ],
  create(context, inputs) {
    const doing = 'Error creating Address';
    const name = text(inputs, 'name');
    const project = projectOf(context, inputs);
    const region = regionOf(context, inputs, doing);
    const id = `projects/${project}/regions/${region}/addresses/${name}`;
    refuseTwin(context, ADDRESS, id, doing);
    const outputs = {
      addressType: 'EXTERNAL',
      networkTier: 'PREMIUM',
      purpose: '',
      prefixLength: 0,
      ...inputs,
      ...labelOutputs(inputs),
      project,
      region,
      address: text(inputs, 'address') || `198.51.100.${1 + Math.floor(Math.random() * 253)}`,
      addressId: Math.floor(Math.random() * 1e15),
      creationTimestamp: context.now.toISOString(),
      labelFingerprint: hex(12),
      selfLink: selfLinkOf(id),
      users: [],
    };
    return { id, name, region, outputs };
  },
  update: (_context, _address, inputs) => labelOutputs(inputs),
  remove(context, resource) {
    const link = text(resource.outputs, 'selfLink');
    const user = context.list(NAT).find((nat) => list<string>(nat.inputs, 'natIps').includes(link));
    refuseInUse(resource, user, 'Error waiting for Deleting Address');
  },
};

const routerNat: ResourceType = {
  token: NAT,
  replaceOn: ['name', 'project', 'region', 'router'],
  autoName: 'name',
  deleteBeforeReplace: true,
  seconds: { create: 10, delete: 10 },
  validate: checkName,
  create(context, inputs) {
    const doing = 'Error creating RouterNat';
    const name = text(inputs, 'name');
    const project = projectOf(context, inputs);
    const region = regionOf(context, inputs, doing);
    const parent = getReference(
      context,
      ROUTER,
      text(inputs, 'router'),
      `projects/${project}/regions/${region}/routers`,
      doing,
    );
    const id = `${project}/${region}/${parent.name}/${name}`;
    refuseTwin(context, NAT, id, doing);
    checkNatAddresses(context, inputs, doing);
    const outputs = {
      endpointTypes: ['ENDPOINT_TYPE_VM'],
      enableDynamicPortAllocation: false,
      enableEndpointIndependentMapping: false,
      icmpIdleTimeoutSec: 30,
      tcpEstablishedIdleTimeoutSec: 1200,
      tcpTimeWaitTimeoutSec: 120,
      tcpTransitoryIdleTimeoutSec: 30,
      udpIdleTimeoutSec: 30,
      type: 'PUBLIC',
      ...inputs,
      project,
      region,
      router: parent.name,
    };
    return { id, name, region, outputs };
  },
  update(context, _nat, inputs) {
    checkNatAddresses(context, inputs, 'Error updating RouterNat');
    return {};
  },
};

function checkNatAddresses(context: CloudContext, inputs: Values, doing: string): void {
  const ips = list<string>(inputs, 'natIps');
  if (text(inputs, 'natIpAllocateOption') === 'MANUAL_ONLY' && ips.length === 0) {
    throw googleError(
      doing,
      400,
      'invalid',
      "Invalid value for field 'resource.nats[0].natIps': ''. MANUAL_ONLY needs at least one address.",
    );
  }
  for (const ip of ips) getReference(context, ADDRESS, ip, '', doing);
}

const firewall: ResourceType = {
  token: FIREWALL,
  replaceOn: ['name', 'project', 'network', 'direction'],
  autoName: 'name',
  deleteBeforeReplace: true,
  seconds: { create: 8, delete: 8 },
  validate(inputs) {
    const faults = checkName(inputs);
    if ((inputs['allows'] === undefined) === (inputs['denies'] === undefined)) {
      faults.push({ property: 'allows', reason: 'one of `allow,deny` must be specified' });
    }
    return faults;
  },
  create(context, inputs) {
    const doing = 'Error creating Firewall';
    const name = text(inputs, 'name');
    const project = projectOf(context, inputs);
    const parent = getNetwork(context, inputs, doing);
    const id = `projects/${project}/global/firewalls/${name}`;
    refuseTwin(context, FIREWALL, id, doing);
    const facts = { creationTimestamp: context.now.toISOString(), selfLink: selfLinkOf(id) };
    const defaults = { direction: 'INGRESS', priority: 1000, disabled: false, destinationRanges: [] };
    const outputs = { ...defaults, ...inputs, project, network: parent.outputs['selfLink'], ...facts };
    return { id, name, region: 'global', outputs };
  },
  update: (context, _firewall, inputs) => ({
    network: getNetwork(context, inputs, 'Error updating Firewall').outputs['selfLink'],
  }),
};

/** The types of this file. */
export const egressTypes = [router, address, routerNat, firewall];
