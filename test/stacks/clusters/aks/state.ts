// What the state says about pools, the one inside the cluster included, and about what Azure is still making.

import { test } from 'tap';
import { planPools } from '../../../../stacks/clusters/aks/plan.ts';
import { completeInputs, isUnfinished } from '../../../../stacks/clusters/aks/state.ts';
import { getClusterInputs, getNetworkOutputs } from '../../fixtures.ts';

const describe = (type: string, name: string) => ({ urn: `urn:pulumi:sk_1::fleetyard::${type}::${name}`, type });
const inputs = getClusterInputs('aks', getNetworkOutputs('aks'));

test('without a state the inputs stay as they are', async (t) => {
  t.strictSame(completeInputs(inputs, []), inputs);
});

test('the pool inside an AKS cluster is read from its state', async (t) => {
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
  const completed = completeInputs(inputs, [cluster, pool]);
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

test('a resource is unfinished in the words of Azure', async (t) => {
  const pool = describe('azure-native:containerservice:AgentPool', 'general');
  t.equal(isUnfinished({ ...pool, outputs: { provisioningState: 'Creating' } }), true);
  t.equal(isUnfinished({ ...pool, outputs: { provisioningState: 'Succeeded' } }), false);
});
