// What the state says about node groups and about what AWS is still making.

import { test } from 'tap';
import { planNodeGroups } from '../../../../stacks/clusters/eks/plan.ts';
import { completeInputs, isUnfinished } from '../../../../stacks/clusters/eks/state.ts';
import { getClusterInputs, getNetworkOutputs } from '../../fixtures.ts';

const type = 'aws:eks/nodeGroup:NodeGroup';
const group = { urn: `urn:pulumi:sk_1::fleetyard::${type}::general`, type };
const inputs = getClusterInputs('eks', getNetworkOutputs('eks'));

test('without a state the inputs stay as they are', async (t) => {
  t.strictSame(completeInputs(inputs, []), inputs);
});

test('a node group keeps the nodes that run, within what is now asked for', async (t) => {
  const plan = (desiredSize: number) =>
    planNodeGroups(completeInputs(inputs, [{ ...group, outputs: { scalingConfig: { desiredSize } } }]))[0];
  t.match(plan(5), { scaling: { minSize: 3, desiredSize: 5 }, ignoreDesiredSize: false });
  t.match(plan(2), { scaling: { minSize: 3, desiredSize: 3 } }, 'a raised minimum takes effect');
  t.match(completeInputs(inputs, [{ ...group, outputs: {} }]).nodePools[0]?.currentCount, undefined);
});

test('a resource is unfinished in the words of AWS', async (t) => {
  t.equal(isUnfinished({ ...group, outputs: { status: 'CREATING' } }), true);
  t.equal(isUnfinished({ ...group, outputs: { state: 'pending' } }), true);
  t.equal(isUnfinished({ ...group, outputs: { status: 'ACTIVE' } }), false);
  t.equal(isUnfinished(group), false);
});
