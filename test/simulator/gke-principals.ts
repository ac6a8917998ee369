// Who comes to a GKE cluster by a token of Google's: with what the project's roles give in its clusters.
import { test, type Test } from 'tap';
import { gcp } from '../../services/access/clouds/gcp.ts';
import { openSimulatedClouds } from '../../services/access/simulated-clouds.ts';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';
import { askCluster, canI, makeCluster, mintOwnToken } from '../helpers/simulated-clusters.ts';

const ACCOUNT = 'gcp:serviceaccount/account:Account';
const MEMBER = 'gcp:projects/iAMMember:IAMMember';

/** A service account of the project, and what signs for it. */
async function makeAccount(cloud: TestAccount, accountId: string): Promise<{ email: string; key: string }> {
  const email = String((await cloud.make(ACCOUNT, { accountId })).outputs['email']);
  const { post } = await openSimulatedClouds(cloud.simulator.url);
  const owner = { id: cloud.account, token: cloud.token };
  const { privateKeyData } = await post('iam.googleapis.com', `/v1/projects/-/serviceAccounts/${email}/keys`, owner);
  return { email, key: Buffer.from(String(privateKeyData), 'base64').toString() };
}

/** Signs in with a key, by the code of the product. */
async function signIn(cloud: TestAccount, serviceAccountKey: string): Promise<string> {
  const { agent } = await openSimulatedClouds(cloud.simulator.url);
  const secret = { project: cloud.identity.project, serviceAccountKey };
  const credential = { id: cloud.account, provider: 'gcp', simulated: false, attributes: {}, secret } as const;
  const subject = { region: 'europe-west1', physicalName: 'it' };
  return (await gcp.mintClusterToken?.(credential, subject, new Date(), agent))?.token ?? '';
}

async function open(t: Test, now?: () => Date) {
  const cloud = await createTestAccount(t, now ? { now } : {});
  const cluster = await makeCluster(cloud, 'gke');
  const ask = async (token: string): Promise<number> =>
    (await askCluster(cluster, token, '/api/v1/namespaces/default/configmaps')).status;
  return { cloud, cluster, ask };
}

test('roles of the project give their rights in its clusters', async (t) => {
  const { cloud, cluster, ask } = await open(t);
  const own = await mintOwnToken(cluster, new Date());
  t.match(own, /^ya29\./);
  t.equal(await ask(own), 200, 'whoever has the project has its clusters');
  t.equal(await ask(cloud.token), 401, 'the token of the account opens nothing');
  const { email, key } = await makeAccount(cloud, 'person');
  const token = await signIn(cloud, key);
  t.equal(await ask(token), 403, 'somebody without a role is known, and may do nothing');
  const grant = (role: string) =>
    cloud.make(MEMBER, { project: cloud.identity.project, role, member: `serviceAccount:${email}` });
  await grant('roles/container.clusterViewer');
  t.equal(await ask(token), 403, 'a role that sees clusters gives nothing inside of them');
  const viewer = await grant('roles/container.viewer');
  t.equal(await ask(token), 200);
  t.notOk(await canI(cluster, token, 'list', 'secrets', 'default'));
  await grant('roles/container.developer');
  t.ok(await canI(cluster, token, 'create', 'deployments.apps', 'default'));
  t.notOk(await canI(cluster, token, 'create', 'clusterroles.rbac.authorization.k8s.io'));
  await cloud.remove(MEMBER, `${cloud.identity.project}/roles/container.developer/serviceAccount:${email}`);
  t.notOk(await canI(cluster, token, 'create', 'deployments.apps', 'default'), 'rights go with their role');
  await cloud.remove(MEMBER, viewer.id);
  t.equal(await ask(token), 403);
});

test('Google takes assertions that a key of its own signed, and its tokens end', async (t) => {
  let now = new Date();
  const { cloud, cluster, ask } = await open(t, () => now);
  const token = await mintOwnToken(cluster, now);
  const one = await makeAccount(cloud, 'person-one');
  const other = await makeAccount(cloud, 'person-two');
  const swapped = JSON.stringify({ ...JSON.parse(one.key), client_email: other.email });
  await t.rejects(signIn(cloud, swapped), { message: /invalid_grant/ }, 'nobody signs for somebody else');
  const { post } = await openSimulatedClouds(cloud.simulator.url);
  const path = `/v1/projects/-/serviceAccounts/${one.email}/keys`;
  const stranger = { id: cloud.account, token: 'wrong' };
  await t.rejects(post('iam.googleapis.com', path, stranger), { message: /answered 403/ }, 'only the owner makes keys');
  now = new Date(now.getTime() + 3_590_000);
  t.equal(await ask(token), 200);
  now = new Date(now.getTime() + 20_000);
  t.equal(await ask(token), 401);
});
