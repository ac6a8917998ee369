// Running counts of pools, read from a deployment.

import { test } from 'tap';
import { findPoolSizes } from '../../stacks/pool-sizes.ts';

test('each pool gets the count that a refresh found', async (t) => {
  const urn = (type: string, name: string) => `urn:pulumi:sk_1::fleetyard::${type}::${name}`;
  const group = 'aws:eks/nodeGroup:NodeGroup';
  const pool = 'azure-native:containerservice:AgentPool';
  const cluster = 'azure-native:containerservice:ManagedCluster';
  const sizes = findPoolSizes(
    [
      { urn: urn(group, 'general'), type: group, outputs: { scalingConfig: { desiredSize: 4 } } },
      { urn: urn(group, 'unknown'), type: group, outputs: {} },
      { urn: urn(pool, 'spot'), type: pool, outputs: { count: 2 } },
      { urn: urn(cluster, 'cluster'), type: cluster, outputs: { agentPoolProfiles: [{ count: 3 }] } },
      { urn: urn('aws:ec2/vpc:Vpc', 'vpc'), type: 'aws:ec2/vpc:Vpc', outputs: { count: 9 } },
    ],
    'system',
  );
  t.strictSame([...sizes].sort(), [
    ['general', 4],
    ['spot', 2],
    ['system', 3],
  ]);
});
