import { test } from 'tap';
import { getRecovery } from '../../../stacks/registry.ts';

test('objects of Kubernetes are made again, whoever runs the cluster', async (t) => {
  const context = { stack: 'sk_1', region: 'eu-central-1', account: {} };
  for (const provider of ['eks', 'aks', 'gke'] as const) {
    for (const layer of ['addons', 'membership'] as const) {
      const { planAdoption } = getRecovery(provider, layer);
      const plan = (type: string) => planAdoption({ urn: 'urn', type, inputs: {} }, context);
      t.strictSame(plan('kubernetes:core/v1:Secret'), { kind: 'clear' });
      t.throws(() => plan('aws:eks/cluster:Cluster'), /no rule/);
    }
  }
});
