// What the state says about what Google Cloud is still making; it says nothing of running nodes.

import { test } from 'tap';
import { gke } from '../../../../stacks/clusters/gke/provider.ts';
import { isUnfinished } from '../../../../stacks/clusters/gke/state.ts';
import { getClusterInputs, getNetworkOutputs } from '../../fixtures.ts';

const type = 'gcp:container/nodePool:NodePool';
const pool = { urn: `urn:pulumi:sk_1::fleetyard::${type}::general`, type };

test('a resource is unfinished in the words of Google Cloud', async (t) => {
  t.equal(isUnfinished({ ...pool, outputs: { status: 'PROVISIONING' } }), true);
  t.equal(isUnfinished({ ...pool, outputs: { status: 'RUNNING' } }), false);
});

test('the inputs stay as they are, for running counts are not configured', async (t) => {
  const inputs = getClusterInputs('gke', getNetworkOutputs('gke'));
  t.strictSame(gke.completeInputs(inputs, [{ ...pool, outputs: { nodeCount: 7 } }]), inputs);
});
