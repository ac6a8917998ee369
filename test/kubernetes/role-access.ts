// What each role of a project may do in clusters that are a real Kubernetes, and what their clouds' own mappings give to their principals.
import { test, type Test } from 'tap';
import { deriveAwsKeys, hashSimulatedToken } from '../../services/domain/simulated-account.ts';
import { aws } from '../../services/access/clouds/aws.ts';
import { manifests, writeManifest } from '../../stacks/addons/manifests.ts';
import { checkRoles, mintFor } from '../helpers/role-access.ts';
import { createTestAccount } from '../helpers/simulated-account.ts';
import {
  askCluster,
  canI,
  makeCluster,
  mintOwnToken,
  simulatedProviders,
  type SimulatedProvider,
  type StandingCluster,
} from '../helpers/simulated-clusters.ts';
import { waitFor } from '../helpers/wait.ts';
import { getAddonsInputs } from '../stacks/fixtures.ts';

const plurals: Record<string, string> = {
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** Makes the add-ons by the API server's own API. */
async function makeAddons(t: Test, cluster: StandingCluster, token: string): Promise<void> {
  for (const manifest of manifests) {
    const object = writeManifest(manifest, getAddonsInputs(cluster.provider));
    const { apiVersion, metadata } = object;
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const inside = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
    const made = await askCluster(cluster, token, `${base}${inside}/${plurals[manifest.kind]}`, object);
    t.equal(made.status, 201, `${manifest.kind} ${metadata.name}`);
  }
}

async function open(t: Test, provider: SimulatedProvider, more = {}) {
  const cloud = await createTestAccount(t, { token: 'local.account-token' });
  const cluster = await makeCluster(cloud, provider, { more });
  const token = await mintOwnToken(cluster, new Date());
  t.equal((await askCluster(cluster, cloud.token, '/api/v1/namespaces')).status, 401, 'the account opens nothing');
  // The roles that are made of others fill up a moment after the start.
  await waitFor('the role view', async () => {
    const { body } = await askCluster(cluster, token, '/apis/rbac.authorization.k8s.io/v1/clusterroles/view');
    return ((body['rules'] ?? []) as unknown[]).length > 5 ? true : undefined;
  });
  return { cloud, cluster, token };
}

for (const provider of simulatedProviders) {
  test(`${provider}: each role has its own rights in a real Kubernetes, and no more`, async (t) => {
    const { cloud, cluster, token } = await open(t, provider);
    t.ok(await canI(cluster, token, 'create', 'clusterroles.rbac.authorization.k8s.io'), 'by the mapping of its cloud');
    await makeAddons(t, cluster, token);
    const tokens = await checkRoles(t, cluster);
    await cloud.remove(cluster.type, cluster.id);
    await t.rejects(askCluster(cluster, tokens.get('admin') ?? '', '/version'), 'it goes with its cluster');
  });
}

test('access entries of EKS hold in a real Kubernetes, and a token in the cluster that it is for', async (t) => {
  const { cloud, cluster, token } = await open(t, 'eks', { accessConfig: { authenticationMode: 'API' } });
  const principalArn = `arn:aws:iam::${cloud.identity.accountId}:user/reader`;
  const config = { region: cluster.region };
  const named = { clusterName: cluster.name, principalArn };
  const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy';
  const accessScope = { type: 'namespace', namespaces: ['default'] };
  await cloud.make('aws:eks/accessEntry:AccessEntry', named, { config });
  const policy = { ...named, policyArn, accessScope };
  await cloud.make('aws:eks/accessPolicyAssociation:AccessPolicyAssociation', policy, { config });
  const secret = { ...deriveAwsKeys(hashSimulatedToken(cloud.token), principalArn) };
  const reader = { id: cloud.account, provider: 'aws', simulated: false, attributes: {}, secret } as const;
  const sign = async (physicalName: string): Promise<string> =>
    (await aws.mintClusterToken?.(reader, { region: cluster.region, physicalName }, new Date()))?.token ?? '';
  const own = await sign(cluster.name);
  t.ok(await canI(cluster, own, 'list', 'pods', 'default'));
  t.notOk(await canI(cluster, own, 'list', 'secrets', 'default'));
  t.notOk(await canI(cluster, own, 'list', 'pods', 'kube-system'));
  t.equal((await askCluster(cluster, await sign('another'), '/api/v1/namespaces')).status, 401);
  await makeAddons(t, cluster, token);
  const next = await makeCluster(cloud, 'eks', { name: 'next' });
  const viewer = await mintFor(cluster, 'viewer', new Date());
  t.equal((await askCluster(cluster, viewer.token, '/api/v1/namespaces')).status, 200);
  t.equal(
    (await askCluster(next, viewer.token, '/api/v1/namespaces')).status,
    401,
    'the next cluster knows nothing of it',
  );
});
