// Who comes to an EKS cluster by a presigned call: its creator, and whoever has an access entry; each with what the entry gives.
import { test, type Test } from 'tap';
import { aws } from '../../services/access/clouds/aws.ts';
import { deriveAwsKeys, hashSimulatedToken } from '../../services/domain/simulated-account.ts';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';
import { askCluster, canI, makeCluster, mintOwnToken, type StandingCluster } from '../helpers/simulated-clusters.ts';

const ENTRY = 'aws:eks/accessEntry:AccessEntry';
const POLICY = 'aws:eks/accessPolicyAssociation:AccessPolicyAssociation';
const config = { region: 'eu-central-1' };
const now = new Date();
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);

/** Signs as somebody of the account, by the code of the product. */
async function signAs(cloud: TestAccount, principalArn: string, at = now, physicalName = 'it'): Promise<string> {
  const secret = { ...deriveAwsKeys(hashSimulatedToken(cloud.token), principalArn) };
  const credential = { id: cloud.account, provider: 'aws', simulated: false, attributes: {}, secret } as const;
  const minted = await aws.mintClusterToken?.(credential, { region: config.region, physicalName }, at);
  return minted?.token ?? '';
}

async function open(t: Test, accessConfig = {}, time = () => now) {
  const cloud = await createTestAccount(t, { now: time });
  const cluster = await makeCluster(cloud, 'eks', {
    more: { accessConfig: { authenticationMode: 'API', ...accessConfig } },
  });
  const ask = async (token: string, of: StandingCluster = cluster): Promise<number> =>
    (await askCluster(of, token, '/api/v1/namespaces')).status;
  const grant = async (principalArn: string, policy?: string, namespaces?: string[], more = {}) => {
    const named = { clusterName: 'it', principalArn };
    await cloud.make(ENTRY, { ...named, ...more }, { config });
    if (policy === undefined) return;
    const accessScope = namespaces === undefined ? { type: 'cluster' } : { type: 'namespace', namespaces };
    const policyArn = `arn:aws:eks::aws:cluster-access-policy/${policy}`;
    await cloud.make(POLICY, { ...named, policyArn, accessScope }, { config });
  };
  const arn = (name: string): string => `arn:aws:iam::${cloud.identity.accountId}:user/${name}`;
  return { cloud, cluster, ask, grant, arn };
}

test('the creator has every right where the cluster was made so, and none else', async (t) => {
  const { cloud, cluster, ask } = await open(t);
  const token = await mintOwnToken(cluster, now);
  t.match(token, /^k8s-aws-v1\./, 'the product comes as it does to a real cluster');
  t.equal(await ask(token), 200);
  t.ok(await canI(cluster, token, 'delete', 'clusterroles.rbac.authorization.k8s.io'));
  t.equal(await ask(cloud.token), 401, 'the token of the account opens nothing');
  const strict = await open(t, { bootstrapClusterCreatorAdminPermissions: false });
  t.equal(await strict.ask(await mintOwnToken(strict.cluster, now)), 401);
  await strict.grant(strict.arn('simulated'), 'AmazonEKSViewPolicy');
  const own = await mintOwnToken(strict.cluster, now);
  t.equal(await strict.ask(own), 200, 'an entry lets it in');
  t.notOk(await canI(strict.cluster, own, 'create', 'configmaps', 'default'), 'with what the entry gives');
});

test('an entry gives what its policies say, where they say it', async (t) => {
  const { cloud, cluster, ask, grant, arn } = await open(t);
  t.equal(await ask(await signAs(cloud, arn('nobody'))), 401, 'whoever has none stays outside');
  await grant(arn('reader'), 'AmazonEKSViewPolicy');
  await grant(arn('writer'), 'AmazonEKSEditPolicy', ['shop']);
  await grant(arn('chief'), 'AmazonEKSClusterAdminPolicy');
  await grant(arn('guest'), undefined, undefined, { kubernetesGroups: ['guests'] });
  const may = async (name: string, verb: string, what: string, namespace: string) =>
    canI(cluster, await signAs(cloud, arn(name)), verb, what, namespace);
  t.ok(await may('reader', 'list', 'pods', 'default'));
  t.notOk(await may('reader', 'list', 'secrets', 'default'));
  t.ok(await may('writer', 'create', 'deployments.apps', 'shop'));
  t.notOk(await may('writer', 'create', 'deployments.apps', 'default'));
  t.ok(await may('chief', 'create', 'namespaces', ''));
  t.notOk(await may('guest', 'list', 'pods', 'default'), 'a group has what the cluster binds to it');
  const config = { server: cluster.server, token: await mintOwnToken(cluster, now) };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'guests' },
    roleRef,
    subjects: [{ kind: 'Group', name: 'guests' }],
  };
  await cloud.make('kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding', binding, { config });
  t.ok(await may('guest', 'list', 'pods', 'default'));
  await cloud.remove(ENTRY, `it:${arn('reader')}`);
  t.equal(await ask(await signAs(cloud, arn('reader'))), 401, 'and goes with the entry');
});

test('a call is looked at as STS looks at it: who signed, for which cluster, and when', async (t) => {
  let time = now;
  const { cloud, cluster, ask } = await open(t, {}, () => time);
  const token = await mintOwnToken(cluster, now);
  const other = await mintOwnToken({ ...cluster, name: 'other' }, now);
  t.equal(await ask(other), 401, 'a token of another cluster');
  const read = (text: string): URL => new URL(Buffer.from(text.slice(11), 'base64url').toString());
  const write = (url: URL): string => `k8s-aws-v1.${Buffer.from(url.href).toString('base64url')}`;
  t.equal(await ask(write(read(token))), 200);
  // The last digit of the seconds is another one then, whatever it was.
  const differ = (end: string): string => `${(Number(end[0]) + 1) % 10}Z`;
  const changes: Record<string, (url: URL) => void> = {
    'another signature': (url) => url.searchParams.set('X-Amz-Signature', '0'.repeat(64)),
    'another date': (url) =>
      url.searchParams.set('X-Amz-Date', (url.searchParams.get('X-Amz-Date') ?? '').replace(/.Z$/, differ)),
    'another key': (url) =>
      url.searchParams.set(
        'X-Amz-Credential',
        (url.searchParams.get('X-Amz-Credential') ?? '').replace('AKIA', 'AKIB'),
      ),
    'another action': (url) => url.searchParams.set('Action', 'AssumeRole'),
    'a header left out': (url) => url.searchParams.set('X-Amz-SignedHeaders', 'host'),
    'another host': (url) => void (url.host = 'sts.example.com'),
    'more time': (url) => url.searchParams.set('X-Amz-Expires', '604800'),
  };
  for (const [what, change] of Object.entries(changes)) {
    const url = read(token);
    change(url);
    t.equal(await ask(write(url)), 401, what);
  }
  for (const nonsense of ['k8s-aws-v1.', 'k8s-aws-v1.!!', 'k8s-aws-v1.aHR0cDovL3g', 'x'])
    t.equal(await ask(nonsense), 401);
  time = later(14);
  t.equal(await ask(token), 200, 'it is good for a quarter of an hour');
  time = later(16);
  t.equal(await ask(token), 401, 'and not longer');
  time = later(-10);
  t.equal(await ask(await signAs(cloud, `arn:aws:iam::${cloud.identity.accountId}:user/simulated`)), 401, 'nor before');
});

test('entries and policies are refused as EKS refuses them', async (t) => {
  const { cloud, grant, arn } = await open(t);
  await grant(arn('one'));
  await t.rejects(grant(arn('one')), { code: 'ResourceInUseException' });
  await t.rejects(grant(arn('two'), undefined, undefined, { kubernetesGroups: ['system:masters'] }), {
    code: 'InvalidParameterException',
  });
  const named = { clusterName: 'it', principalArn: arn('three') };
  const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy';
  await t.rejects(cloud.make(POLICY, { ...named, policyArn, accessScope: { type: 'cluster' } }, { config }), {
    code: 'ResourceNotFoundException',
  });
  await t.rejects(grant(arn('four'), 'Nothing'), { code: 'InvalidParameterException' });
  const old = await createTestAccount(t);
  await makeCluster(old, 'eks');
  await t.rejects(old.make(ENTRY, { clusterName: 'it', principalArn: arn('one') }, { config }), {
    code: 'InvalidRequestException',
    message: /authentication mode/,
  });
  t.match(await cloud.check(ENTRY, { clusterName: 'it', principalArn: 'somebody' }), [/invalid ARN/]);
});
