// The very programs that make a real GKE cluster, under the real engine on the simulated cloud.
import { test } from 'tap';
import { checkClusterLife } from '../helpers/cluster-life.ts';

test('network, cluster and membership of GKE are made, stay as they are, and go without a trace', (t) =>
  checkClusterLife(t, {
    provider: 'gke',
    region: 'europe-west1',
    zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
    version: '1.35',
    machine: 'e2-standard-2',
    types: ['gcp:container/cluster:Cluster', 'gcp:container/nodePool:NodePool'],
  }));
