import { test } from 'tap';
import { getDnsServiceIp, planApiAccess, planNetwork, planPools } from '../../../../stacks/clusters/aks/plan.ts';
import type { NodePoolInputs } from '../../../../stacks/contract.ts';
import { getNodePools } from '../../fixtures.ts';

test('the first pool with regular machines stands inside the cluster', async (t) => {
  const nodePools = getNodePools('aks');
  const plan = planPools({ nodePools: nodePools.toReversed() });
  t.equal(plan.system.pool, 'general', 'not the one with taints');
  t.strictSame(
    plan.others.map(({ pool }) => pool),
    ['gpu', 'batch-spot-workers'],
  );
});

test('the pool inside the cluster stays the same whatever comes before it', async (t) => {
  const [general, ...others] = getNodePools('aks') as [NodePoolInputs, ...NodePoolInputs[]];
  const nodePools = [{ ...general, name: 'newcomer' }, general, ...others];
  t.equal(planPools({ nodePools, systemPool: 'general' }).system.pool, 'general');
  t.throws(() => planPools({ nodePools: others, systemPool: 'general' }), /cannot be removed/);
  t.throws(() => planPools({ nodePools: others.slice(0, 1) }), /without spot machines/);
  t.throws(() => planPools({ nodePools: [{ ...general, count: { min: 0, max: 3 } }] }), /at least one node/);
});

test('pools become agent pools', async (t) => {
  const { system, others } = planPools({ nodePools: getNodePools('aks') });
  t.match(system, { name: 'general', count: 3, scaling: { enableAutoScaling: true, minCount: 3, maxCount: 9 } });
  const [spot, gpu] = others;
  t.match(spot, {
    name: /^batch[0-9a-z]{7}$/,
    spot: true,
    nodeTaints: ['batch=true:NoSchedule', 'kubernetes.azure.com/scalesetpriority=spot:NoSchedule'],
    nodeLabels: { 'kubernetes.azure.com/scalesetpriority': 'spot', 'fleetyard-pool': 'batch-spot-workers' },
  });
  t.match(gpu, { gpu: true, availabilityZones: ['1'], scaling: { enableAutoScaling: false }, ignoreCount: false });
});

test('a private API server has no public name, a public one lets the cluster itself in', async (t) => {
  const allowedCidrs = ['198.51.100.0/24'];
  t.match(planApiAccess({ private: true, public: false, allowedCidrs }, ['203.0.113.8']), {
    enablePrivateCluster: true,
    enablePrivateClusterPublicFQDN: false,
  });
  t.match(planApiAccess({ private: true, public: true, allowedCidrs }, ['203.0.113.8']), {
    enablePrivateCluster: false,
    authorizedIPRanges: ['198.51.100.0/24', '203.0.113.8/32'],
  });
  t.match(planApiAccess({ private: false, public: true, allowedCidrs: [] }, ['203.0.113.8']), {
    authorizedIPRanges: [],
  });
  const many = Array.from({ length: 201 }, (_, index) => `198.51.${index}.0/24`);
  t.throws(() => planApiAccess({ private: false, public: true, allowedCidrs: many }, []), /200 ranges/);
  t.throws(() => planApiAccess({ private: false, public: false, allowedCidrs: [] }, []), /endpoint/);
});

test('DNS gets the tenth service address, and nodes the whole network', async (t) => {
  t.equal(getDnsServiceIp('10.96.16.0/20'), '10.96.16.10');
  t.match(planNetwork({ nodeCidr: '10.20.0.0/18', zones: ['1'] }), {
    vnetCidr: '10.20.0.0/18',
    nodeCidr: '10.20.0.0/18',
  });
  t.throws(() => planNetwork({ nodeCidr: '10.20.0.0/29', zones: ['1'] }), /too small/);
});
