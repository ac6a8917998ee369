// The network of an EKS cluster: a VPC whose private subnets reach the internet through one NAT gateway a zone.

import { Eip } from '@pulumi/aws/ec2/eip.js';
import { InternetGateway } from '@pulumi/aws/ec2/internetGateway.js';
import { NatGateway } from '@pulumi/aws/ec2/natGateway.js';
import { Route } from '@pulumi/aws/ec2/route.js';
import { RouteTable } from '@pulumi/aws/ec2/routeTable.js';
import { RouteTableAssociation } from '@pulumi/aws/ec2/routeTableAssociation.js';
import { Subnet } from '@pulumi/aws/ec2/subnet.js';
import { Vpc } from '@pulumi/aws/ec2/vpc.js';
import { VpcIpv4CidrBlockAssociation } from '@pulumi/aws/ec2/vpcIpv4CidrBlockAssociation.js';
import type { CustomResourceOptions, Resource } from '@pulumi/pulumi';
import { getName } from './names.ts';
import type { NetworkPlan, ZonePlan } from './plan.ts';

/** What creation of the network needs beside its plan. */
export type NetworkScope = {
  cluster: string;
  getTags: (name: string) => Record<string, string>;
  options: CustomResourceOptions;
};

type PublicSide = { gateway: InternetGateway; table: RouteTable; route: Route };

/** Creates the network; returns its parts in the order of the plan's zones. */
export function createNetwork(plan: NetworkPlan, scope: NetworkScope) {
  const { getTags, options } = scope;
  const vpc = new Vpc(
    'vpc',
    { cidrBlock: plan.vpcCidr, enableDnsSupport: true, enableDnsHostnames: true, tags: getTags('vpc') },
    options,
  );
  const podBlocks = plan.podBlocks.map(
    (cidrBlock) => new VpcIpv4CidrBlockAssociation(`pods-${cidrBlock}`, { vpcId: vpc.id, cidrBlock }, options),
  );
  const gateway = new InternetGateway('internet', { vpcId: vpc.id, tags: getTags('internet') }, options);
  const table = new RouteTable('public', { vpcId: vpc.id, tags: getTags('public') }, options);
  const route = new Route(
    'public-default',
    { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.id },
    options,
  );
  const zones = plan.zones.map((zone) => createZone(zone, vpc, { gateway, table, route }, podBlocks, scope));
  return { vpc, zones };
}

function createZone(plan: ZonePlan, vpc: Vpc, outside: PublicSide, podBlocks: Resource[], scope: NetworkScope) {
  const { getTags, options } = scope;
  const { zone } = plan;
  // Load balancer controllers choose subnets by these two tags.
  const publicSubnet = createSubnet(`public-${zone}`, plan.publicCidr, { 'kubernetes.io/role/elb': '1' });
  const nodes = createSubnet(`nodes-${zone}`, plan.nodeCidr, {
    'kubernetes.io/role/internal-elb': '1',
    [`kubernetes.io/cluster/${getName('eks-cluster', scope.cluster)}`]: 'shared',
  });
  const pods = createSubnet(`pods-${zone}`, plan.podCidr, {}, podBlocks);
  const publicLink = associate(`public-${zone}`, publicSubnet, outside.table);
  const { address, nat } = createEgress(publicSubnet, [outside.route, publicLink]);
  const table = new RouteTable(`private-${zone}`, { vpcId: vpc.id, tags: getTags(`private-${zone}`) }, options);
  const route = new Route(
    `private-default-${zone}`,
    { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', natGatewayId: nat.id },
    options,
  );
  associate(`nodes-${zone}`, nodes, table);
  associate(`pods-${zone}`, pods, table);
  return { zone, nodes, pods, address, route };

  function createSubnet(
    name: string,
    cidrBlock: string,
    tags: Record<string, string>,
    dependsOn: Resource[] = [],
  ): Subnet {
    return new Subnet(
      name,
      {
        vpcId: vpc.id,
        cidrBlock,
        availabilityZone: zone,
        mapPublicIpOnLaunch: false,
        tags: { ...getTags(name), ...tags },
      },
      { ...options, dependsOn },
    );
  }

  /** A NAT gateway works, and can be removed cleanly, only while its subnet has a way out: hence the dependencies. */
  function createEgress(subnet: Subnet, dependsOn: Resource[]): { address: Eip; nat: NatGateway } {
    const name = `egress-${zone}`;
    const address = new Eip(name, { domain: 'vpc', tags: getTags(name) }, { ...options, dependsOn: [outside.gateway] });
    const nat = new NatGateway(
      name,
      { allocationId: address.id, subnetId: subnet.id, tags: getTags(name) },
      { ...options, dependsOn },
    );
    return { address, nat };
  }

  function associate(name: string, subnet: Subnet, routeTable: RouteTable): RouteTableAssociation {
    return new RouteTableAssociation(name, { subnetId: subnet.id, routeTableId: routeTable.id }, options);
  }
}
