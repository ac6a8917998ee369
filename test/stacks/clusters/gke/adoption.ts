import { test } from 'tap';
import { planAdoption } from '../../../../stacks/clusters/gke/adoption.ts';

const context = { stack: 'sk_1', region: 'europe-west1', account: { project: 'proj' } };
const plan = (type: string, inputs: Record<string, unknown>) => planAdoption({ urn: 'urn', type, inputs }, context);

test('ids that follow from inputs are written as an import wants them', async (t) => {
  const pool = 'projects/proj/locations/europe-west1/clusters/fy-a/nodePools/general';
  const cases: [string, Record<string, unknown>, string][] = [
    ['gcp:container/nodePool:NodePool', { location: 'europe-west1', cluster: 'fy-a', name: 'general' }, pool],
    [
      'gcp:compute/routerNat:RouterNat',
      { region: 'europe-west1', router: 'fy-a', name: 'fy-a' },
      'proj/europe-west1/fy-a/fy-a',
    ],
    [
      'gcp:kms/cryptoKey:CryptoKey',
      { keyRing: 'projects/proj/locations/x/keyRings/r', name: 'k' },
      'projects/proj/locations/x/keyRings/r/cryptoKeys/k',
    ],
  ];
  for (const [type, inputs, id] of cases) t.strictSame(plan(type, inputs), { kind: 'id', id }, type);
});

test('a reference by full path is read as the name at its end', async (t) => {
  const cluster = 'projects/proj/locations/europe-west1/clusters/fy-a';
  t.strictSame(plan('gcp:container/nodePool:NodePool', { location: 'europe-west1', cluster, name: 'general' }), {
    kind: 'id',
    id: `${cluster}/nodePools/general`,
  });
});

test('what can be made twice without harm is made again, and an unknown type stops the recovery', async (t) => {
  t.strictSame(plan('gcp:projects/iAMMember:IAMMember', {}), { kind: 'clear' });
  t.throws(() => plan('gcp:storage/bucket:Bucket', {}), /no rule/);
});
