// Who comes to an AKS cluster by a token of its directory: with what Azure's roles give on the cluster, on what encloses it, or in a namespace.
import { request } from 'node:https';
import { test, type Test } from 'tap';
import { azure } from '../../services/access/clouds/azure.ts';
import { openSimulatedClouds } from '../../services/access/simulated-clouds.ts';
import { deriveAzureSecret, hashSimulatedToken } from '../../services/domain/simulated-account.ts';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';
import { askCluster, canI, grantOnAzure, makeCluster, mintOwnToken } from '../helpers/simulated-clusters.ts';

const IDENTITY = 'azure-native:managedidentity:UserAssignedIdentity';
const ROLE = 'azure-native:authorization:RoleAssignment';

/** A principal of the directory. */
async function makePrincipal(cloud: TestAccount, resourceName: string): Promise<string> {
  const place = { resourceGroupName: 'rg-it', location: 'westeurope', resourceName };
  return String((await cloud.make(IDENTITY, place)).outputs['principalId']);
}

/** Signs in as somebody of the directory, by the code of the product. */
async function signInAs(cloud: TestAccount, clientId: string, clientSecret?: string): Promise<string> {
  const { agent } = await openSimulatedClouds(cloud.simulator.url);
  const made = deriveAzureSecret(hashSimulatedToken(cloud.token), clientId);
  const secret = { tenantId: cloud.identity.tenantId, clientId, clientSecret: clientSecret ?? made };
  const credential = { id: cloud.account, provider: 'azure', simulated: false, attributes: {}, secret } as const;
  const subject = { region: 'westeurope', physicalName: 'it' };
  return (await azure.mintClusterToken?.(credential, subject, new Date(), agent))?.token ?? '';
}

async function open(t: Test, more = {}, now?: () => Date) {
  const cloud = await createTestAccount(t, now ? { now } : {});
  const cluster = await makeCluster(cloud, 'aks', { more });
  const ask = async (token: string): Promise<number> =>
    (await askCluster(cluster, token, '/api/v1/namespaces/default/configmaps')).status;
  return { cloud, cluster, ask };
}

test('roles of Azure give their rights where they were assigned', async (t) => {
  const { cloud, cluster, ask } = await open(t);
  t.equal(await ask(await mintOwnToken(cluster, new Date())), 200, 'the product has what its stack gave to it');
  t.equal(await ask(cloud.token), 401, 'the token of the account opens nothing');
  const person = await makePrincipal(cloud, 'person');
  const token = await signInAs(cloud, person);
  t.equal(await ask(token), 403, 'somebody of the directory without a role is known, and may do nothing');
  const group = cluster.id.replace(/\/providers\/.*/, '');
  const role = await grantOnAzure(cloud, { principalId: person, scope: group, role: 'reader' });
  t.equal(await ask(token), 200, 'a role on the group holds in the cluster');
  t.notOk(await canI(cluster, token, 'create', 'configmaps', 'default'));
  await grantOnAzure(cloud, { principalId: person, scope: `${cluster.id}/namespaces/shop`, role: 'writer' });
  t.ok(await canI(cluster, token, 'create', 'configmaps', 'shop'), 'one on a namespace holds there');
  t.notOk(await canI(cluster, token, 'create', 'configmaps', 'default'), 'and nowhere else');
  await cloud.remove(ROLE, role);
  t.equal(await ask(token), 403, 'rights go with their assignment');
});

test('a directory lets in whom it knows, until the end of the token', async (t) => {
  let now = new Date();
  const { cloud, cluster, ask } = await open(t, {}, () => now);
  const token = await mintOwnToken(cluster, now);
  await t.rejects(signInAs(cloud, cloud.identity.tenantId, 'guessed'), { message: /AADSTS7000215/ });
  const [head, claims, signature = ''] = token.split('.');
  t.equal(await ask([head, claims, signature.toUpperCase()].join('.')), 401, 'nobody signs for the directory');
  now = new Date(now.getTime() + 3_590_000);
  t.equal(await ask(token), 200);
  now = new Date(now.getTime() + 20_000);
  t.equal(await ask(token), 401);
});

test('a cluster without the directory takes none of its tokens, and one that asks Kubernetes alone gives no rights', async (t) => {
  const without = await open(t, { aadProfile: undefined });
  t.equal(await without.ask(await mintOwnToken(without.cluster, new Date())), 401);
  const plain = await open(t, { aadProfile: { managed: true } });
  t.equal(await plain.ask(await mintOwnToken(plain.cluster, new Date())), 403);
});

test('the directory answers for what it is, and for its own tenants', async (t) => {
  const { cloud } = await open(t);
  const { agent } = await openSimulatedClouds(cloud.simulator.url);
  const get = (path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const call = request(`https://login.microsoftonline.com${path}`, { agent }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.on('error', reject).end();
    });
  t.equal(await get(`/${cloud.identity.tenantId}/v2.0/.well-known/openid-configuration`), 200);
  t.equal(await get('/00000000-0000-0000-0000-000000000000/v2.0/.well-known/openid-configuration'), 400);
  t.equal(await get(`/${cloud.identity.tenantId}/oauth2/v2.0/token`), 404);
});
