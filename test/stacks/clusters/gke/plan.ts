import { test } from 'tap';
import { planApiAccess, planNetwork, planNodePools } from '../../../../stacks/clusters/gke/plan.ts';
import type { NodePoolInputs } from '../../../../stacks/contract.ts';
import fc from '../../../helpers/properties.ts';
import { getNetworkInputs, getNodePools, places } from '../../fixtures.ts';

const { zones } = places.gke;

function planPool(change: Partial<NodePoolInputs>) {
  const [pool] = getNodePools('gke') as [NodePoolInputs];
  return planNodePools({ zones, nodePools: [{ ...pool, ...change }] })[0];
}

test('the counts of a pool are of all its zones together', async (t) => {
  t.match(planPool({ count: { min: 3, max: 9 } })?.size, {
    kind: 'autoscaled',
    initialNodeCount: 1,
    totalMin: 3,
    totalMax: 9,
  });
  t.match(planPool({ count: { min: 6, max: 6 } })?.size, { kind: 'fixed', nodeCount: 2 });
  t.match(planPool({ count: { min: 4, max: 4 } })?.size, { kind: 'autoscaled', totalMin: 4, totalMax: 4 });
  t.match(planPool({ count: { min: 1, max: 1 } }), { zones: zones.slice(0, 1), size: { kind: 'fixed', nodeCount: 1 } });
});

test('a pool never starts with more nodes than it may have', async (t) => {
  fc.assert(
    fc.property(fc.nat(30), fc.integer({ min: 1, max: 60 }), (low, high) => {
      const count = { min: Math.min(low, high), max: high };
      const plan = planPool({ count });
      if (plan === undefined) return false;
      const { size } = plan;
      return size.kind === 'fixed'
        ? size.nodeCount * plan.zones.length === count.min
        : size.initialNodeCount * plan.zones.length <= count.max && size.totalMin === count.min;
    }),
  );
  t.pass();
});

test('accelerators get the names that Google gives them', async (t) => {
  t.strictSame(planPool({ accelerator: { type: 'nvidia-t4', count: 2 } })?.accelerator, {
    type: 'nvidia-tesla-t4',
    count: 2,
  });
  t.strictSame(planPool({ accelerator: { type: 'nvidia-l4', count: 1 } })?.accelerator, {
    type: 'nvidia-l4',
    count: 1,
  });
  t.equal(planPool({ accelerator: { type: 'google-tpu-v5e', count: 4 } })?.accelerator, undefined);
});

test('a pool outside the cluster is refused', async (t) => {
  t.throws(() => planPool({ zones: ['us-central1-a'] }), /us-central1-a/);
  t.throws(() => planPool({ zones: [] }), /needs zones/);
});

test('no list of allowed ranges is given only to an API server that is open', async (t) => {
  t.equal(planApiAccess({ private: true, public: true, allowedCidrs: [] }).allowedCidrs, undefined);
  t.strictSame(planApiAccess({ private: true, public: false, allowedCidrs: [] }), {
    privateEndpoint: true,
    allowedCidrs: [],
  });
  t.throws(() => planApiAccess({ private: false, public: false, allowedCidrs: [] }), /endpoint/);
});

test('the ranges of a network carry names of the cluster', async (t) => {
  const plan = planNetwork(getNetworkInputs('gke'));
  t.strictSame(plan.secondaryRanges.pods, { name: 'fy-8q4t6r2y1z-pods', cidr: '100.64.0.0/16' });
  t.throws(() => planNetwork({ ...getNetworkInputs('gke'), controlPlaneCidr: '172.16.0.0/27' }), /\/28/);
});
