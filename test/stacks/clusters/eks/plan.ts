import { test } from 'tap';
import { containsRange, formatRange, getPart, parseRange } from '../../../../stacks/cidr.ts';
import { planEndpoint, planNetwork, planNodeGroups } from '../../../../stacks/clusters/eks/plan.ts';
import type { NodePoolInputs } from '../../../../stacks/contract.ts';
import fc from '../../../helpers/properties.ts';
import { getClusterInputs, getNodePools, identity, places } from '../../fixtures.ts';

const { zones } = places.eks;
const network = {
  networkId: 'vpc',
  scope: '123456789012',
  nodeSubnets: zones.map((zone) => ({ id: `subnet-${zone}`, zone, cidr: '10.0.0.0/20' })),
  podSubnets: [],
  secondaryRanges: null,
  egressIps: ['203.0.113.1', '203.0.113.2'],
};

function overlaps(a: string, b: string): boolean {
  return containsRange(parseRange(a), parseRange(b)) || containsRange(parseRange(b), parseRange(a));
}

test('subnets lie inside their parents, never overlap, and are of sizes that AWS takes', async (t) => {
  const ranges = (base: string, shortest: number, longest: number) =>
    fc
      .tuple(fc.integer({ min: shortest, max: longest }), fc.nat(1000))
      .map(([prefix, index]) => formatRange(getPart(parseRange(base), prefix, index % 2 ** (prefix - 8))));
  fc.assert(
    fc.property(
      ranges('10.0.0.0/8', 16, 24),
      ranges('100.0.0.0/8', 14, 26),
      fc.integer({ min: 2, max: 4 }),
      (nodeCidr, podCidr, count) => {
        fc.pre(
          parseRange(nodeCidr).prefix <= (count === 4 ? 23 : 24) && (count < 3 || parseRange(podCidr).prefix >= 14),
        );
        fc.pre(count > 2 || parseRange(podCidr).prefix >= 15);
        const names = Array.from({ length: count }, (_, index) => `zone-${index}`);
        const plan = planNetwork({ nodeCidr, podCidr, zones: names });
        const inVpc = plan.zones.flatMap((zone) => [zone.publicCidr, zone.nodeCidr]);
        const pods = plan.zones.map((zone) => zone.podCidr);
        const all = [...inVpc, ...pods];
        return (
          inVpc.every((cidr) => containsRange(parseRange(nodeCidr), parseRange(cidr))) &&
          pods.every((cidr) => plan.podBlocks.some((block) => containsRange(parseRange(block), parseRange(cidr)))) &&
          plan.podBlocks.every((block) => parseRange(block).prefix >= 16) &&
          all.every((cidr) => parseRange(cidr).prefix >= 16 && parseRange(cidr).prefix <= 28) &&
          all.every((cidr, index) => all.slice(index + 1).every((other) => !overlaps(cidr, other)))
        );
      },
    ),
  );
  t.pass();
});

test('three zones use quarters of the ranges', async (t) => {
  const plan = planNetwork({ nodeCidr: '10.20.0.0/16', podCidr: '100.64.0.0/15', zones });
  t.strictSame(plan.zones[1], {
    zone: 'eu-central-1b',
    publicCidr: '10.20.208.0/20',
    nodeCidr: '10.20.64.0/18',
    podCidr: '100.64.128.0/17',
  });
  t.strictSame(plan.podBlocks, ['100.64.0.0/16', '100.65.0.0/16']);
});

test('ranges that do not fit a VPC are refused with the reason', async (t) => {
  const podCidr = '100.64.0.0/16';
  t.throws(() => planNetwork({ nodeCidr: '10.0.0.0/15', podCidr, zones }), /larger than a VPC/);
  t.throws(() => planNetwork({ nodeCidr: '10.0.0.0/26', podCidr, zones }), /too small/);
  t.throws(() => planNetwork({ nodeCidr: '10.0.0.0/16', podCidr: '100.64.0.0/27', zones }), /between \/16 and \/28/);
  t.throws(() => planNetwork({ nodeCidr: '10.0.0.0/16', podCidr, zones: zones.slice(0, 1) }), /two availability zones/);
});

test('a public endpoint without a private one lets the nodes themselves in', async (t) => {
  const allowedCidrs = ['198.51.100.0/24'];
  const { egressIps } = network;
  t.strictSame(planEndpoint({ private: false, public: true, allowedCidrs }, egressIps), {
    privateAccess: false,
    publicAccess: true,
    publicCidrs: ['198.51.100.0/24', '203.0.113.1/32', '203.0.113.2/32'],
  });
  t.strictSame(planEndpoint({ private: true, public: true, allowedCidrs }, egressIps).publicCidrs, allowedCidrs);
  t.strictSame(planEndpoint({ private: true, public: true, allowedCidrs: [] }, egressIps).publicCidrs, ['0.0.0.0/0']);
  t.equal(planEndpoint({ private: true, public: false, allowedCidrs: [] }, egressIps).publicCidrs, undefined);
  t.throws(() => planEndpoint({ private: false, public: false, allowedCidrs: [] }, egressIps), /endpoint/);
});

test('pools become node groups', async (t) => {
  const [general, spot, gpu] = planNodeGroups(getClusterInputs('eks', network));
  t.match(general, {
    name: 'general',
    amiType: 'AL2023_x86_64_STANDARD',
    capacityType: 'ON_DEMAND',
    scaling: { minSize: 3, maxSize: 9, desiredSize: 3 },
    ignoreDesiredSize: true,
    labels: { tier: 'general', 'fleetyard-pool': 'general' },
  });
  t.match(spot, { capacityType: 'SPOT', taints: [{ key: 'batch', value: 'true', effect: 'NO_SCHEDULE' }] });
  t.match(gpu, { amiType: 'AL2023_x86_64_NVIDIA', zones: ['eu-central-1a'], ignoreDesiredSize: false });
});

test('an image family follows processor and accelerator', async (t) => {
  const [pool] = getNodePools('eks');
  const plan = (change: Partial<NodePoolInputs>) =>
    planNodeGroups({ identity, network, nodePools: [{ ...(pool as NodePoolInputs), ...change }] })[0]?.amiType;
  const types = { 'm7g.large': 'ARM', 'c7gn.large': 'ARM', 'a1.large': 'ARM', 'm7i.large': 'x86', 'g6.xlarge': 'x86' };
  for (const [machineType, processor] of Object.entries(types)) {
    t.match(plan({ machineType }), new RegExp(processor), machineType);
  }
  t.equal(plan({ machineType: 'g5g.xlarge', accelerator: { type: 'nvidia-t4g', count: 1 } }), 'AL2023_ARM_64_NVIDIA');
  t.equal(plan({ machineType: 'trn1.2xlarge', accelerator: { type: 'aws-neuron', count: 1 } }), 'AL2023_x86_64_NEURON');
});

test('a known running count is kept within its new limits', async (t) => {
  const [pool] = getNodePools('eks');
  const plan = (currentCount: number, min: number, max: number) =>
    planNodeGroups({
      identity,
      network,
      nodePools: [{ ...(pool as NodePoolInputs), currentCount, count: { min, max } }],
    })[0];
  t.match(plan(5, 3, 9), { scaling: { desiredSize: 5 }, ignoreDesiredSize: false });
  t.match(plan(2, 3, 9), { scaling: { desiredSize: 3 } });
  t.match(plan(12, 3, 9), { scaling: { desiredSize: 9 } });
});

test('a pool outside the network is refused', async (t) => {
  const [pool] = getNodePools('eks');
  const nodePools = [{ ...(pool as NodePoolInputs), zones: ['us-east-1a'] }];
  t.throws(() => planNodeGroups({ identity, network, nodePools }), /us-east-1a/);
});
