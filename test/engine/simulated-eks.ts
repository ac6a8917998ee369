// The very programs that make a real EKS cluster, under the real engine on the simulated cloud.
import { test } from 'tap';
import { checkClusterLife } from '../helpers/cluster-life.ts';

test('network, cluster and membership of EKS are made, stay as they are, and go without a trace', (t) =>
  checkClusterLife(t, {
    provider: 'eks',
    region: 'eu-central-1',
    zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    version: '1.35',
    machine: 'm6i.large',
    types: ['aws:eks/cluster:Cluster', 'aws:eks/nodeGroup:NodeGroup'],
  }));
