// What the state says about pools.

import { test } from 'tap';
import { planNodeGroups } from '../../stacks/clusters/eks/plan.ts';
import { planPools } from '../../stacks/clusters/aks/plan.ts';
import type { NetworkOutputs } from '../../stacks/contract.ts';
import { completeClusterInputs } from '../../stacks/deployed-pools.ts';
import { getClusterInputs, places } from './fixtures.ts';

const network: NetworkOutputs = {
  networkId: 'network',
  scope: 'scope',
  nodeSubnets: places.eks.zones.map((zone) => ({ id: zone, zone, cidr: '10.0.0.0/20' })),
  podSubnets: [],
  secondaryRanges: null,
  egressIps: [],
};
const describe = (type: string, name: string) => ({ urn: `urn:pulumi:sk_1::fleetyard::${type}::${name}`, type });

test('without a state the inputs stay as they are', async (t) => {
  const inputs = getClusterInputs('eks', network);
  t.strictSame(completeClusterInputs(inputs, []), inputs);
});

test('a node group keeps the nodes that run, within what is now asked for', async (t) => {
  const group = describe('aws:eks/nodeGroup:NodeGroup', 'general');
  const inputs = getClusterInputs('eks', network);
  const plan = (desiredSize: number) =>
    planNodeGroups(completeClusterInputs(inputs, [{ ...group, outputs: { scalingConfig: { desiredSize } } }]))[0];
  t.match(plan(5), { scaling: { minSize: 3, desiredSize: 5 }, ignoreDesiredSize: false });
  t.match(plan(2), { scaling: { minSize: 3, desiredSize: 3 } }, 'a raised minimum takes effect');
  t.match(completeClusterInputs(inputs, [{ ...group, outputs: {} }]).nodePools[0]?.currentCount, undefined);
});

test('the pool inside an AKS cluster is read from its state', async (t) => {
  const inputs = getClusterInputs('aks', network);
  const cluster = {
    ...describe('azure-native:containerservice:ManagedCluster', 'cluster'),
    inputs: {
      agentPoolProfiles: [
        { name: 'batch', mode: 'User', nodeLabels: { 'fleetyard-pool': 'batch-spot-workers' } },
        { name: 'gpu', mode: 'System', nodeLabels: { 'fleetyard-pool': 'gpu' } },
      ],
    },
    outputs: {
      agentPoolProfiles: [
        { name: 'batch', count: 9 },
        { name: 'gpu', count: 4 },
      ],
    },
  };
  const pool = { ...describe('azure-native:containerservice:AgentPool', 'batch-spot-workers'), outputs: { count: 2 } };
  const completed = completeClusterInputs(inputs, [cluster, pool]);
  t.equal(completed.systemPool, 'gpu');
  t.equal(planPools(completed).system.pool, 'gpu');
  t.strictSame(
    completed.nodePools.map(({ name, currentCount }) => [name, currentCount]),
    [
      ['general', undefined],
      ['batch-spot-workers', 2],
      ['gpu', 4],
    ],
  );
});
