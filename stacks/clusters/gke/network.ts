// The network of a GKE cluster: a private subnet with ranges for pods and services, which leaves through Cloud NAT.

import { Address } from '@pulumi/gcp/compute/address.js';
import { Firewall } from '@pulumi/gcp/compute/firewall.js';
import { Network } from '@pulumi/gcp/compute/network.js';
import { Router } from '@pulumi/gcp/compute/router.js';
import { RouterNat } from '@pulumi/gcp/compute/routerNat.js';
import { Subnetwork } from '@pulumi/gcp/compute/subnetwork.js';
import type { CustomResourceOptions } from '@pulumi/pulumi';
import { getName } from './names.ts';
import type { NetworkPlan } from './plan.ts';

/** What creation of the network needs beside its plan. */
export type NetworkScope = {
  cluster: string;
  project: string;
  region: string;
  labels: Record<string, string>;
  options: CustomResourceOptions;
};

/** Ports on which webhooks commonly listen; GKE itself opens only 443 and 10250 from its control plane. */
const WEBHOOK_PORTS = ['8443', '9443', '15017'];

/** Creates the network and its egress. */
export function createNetwork(plan: NetworkPlan, scope: NetworkScope) {
  const { cluster, project, region, options } = scope;
  const { pods, services } = plan.secondaryRanges;
  const network = new Network(
    'network',
    { name: getName('gcp-network', cluster), project, autoCreateSubnetworks: false, routingMode: 'REGIONAL' },
    options,
  );
  const subnet = new Subnetwork(
    'nodes',
    {
      name: getName('gcp-subnetwork', cluster, 'nodes'),
      project,
      region,
      network: network.id,
      ipCidrRange: plan.nodeCidr,
      privateIpGoogleAccess: true,
      secondaryIpRanges: [
        { rangeName: pods.name, ipCidrRange: pods.cidr },
        { rangeName: services.name, ipCidrRange: services.cidr },
      ],
    },
    options,
  );
  const address = createEgress(network, scope);
  if (plan.controlPlaneCidr !== undefined) openWebhooks(plan.controlPlaneCidr, network, scope);
  return { network, subnet, address };
}

function createEgress(network: Network, scope: NetworkScope): Address {
  const { cluster, project, region, labels, options } = scope;
  const address = new Address(
    'egress',
    { name: getName('gcp-address', cluster, 'egress'), project, region, addressType: 'EXTERNAL', labels },
    options,
  );
  const router = new Router(
    'egress',
    { name: getName('gcp-router', cluster), project, region, network: network.id },
    options,
  );
  new RouterNat(
    'egress',
    {
      name: getName('gcp-nat', cluster),
      project,
      region,
      router: router.name,
      natIpAllocateOption: 'MANUAL_ONLY',
      natIps: [address.selfLink],
      sourceSubnetworkIpRangesToNat: 'ALL_SUBNETWORKS_ALL_IP_RANGES',
      logConfig: { enable: true, filter: 'ERRORS_ONLY' },
    },
    options,
  );
  return address;
}

function openWebhooks(controlPlaneCidr: string, network: Network, scope: NetworkScope): void {
  new Firewall(
    'webhooks',
    {
      name: getName('gcp-firewall', scope.cluster, 'webhooks'),
      project: scope.project,
      network: network.id,
      direction: 'INGRESS',
      sourceRanges: [controlPlaneCidr],
      allows: [{ protocol: 'tcp', ports: WEBHOOK_PORTS }],
    },
    scope.options,
  );
}
