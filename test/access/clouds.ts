// What each cloud gives: tokens, variables, what is known of accounts.

import { test } from 'tap';
import { describeRealAccount, describeSimulatedCredential } from '../../services/access/account.ts';
import { findAccount } from '../../services/domain/clouds.ts';
import { buildCloudVariables } from '../../services/access/cloud-variables.ts';
import type { OpenCredential } from '../../services/access/credential.ts';
import { openHubKubeconfig } from '../../services/access/kubeconfig.ts';
import { mintClusterToken } from '../../services/access/kubernetes-token.ts';

const now = new Date('2026-11-21T12:00:00Z');
const real = (provider: OpenCredential['provider'], secret: Record<string, string>): OpenCredential => ({
  id: 'cr_a',
  provider,
  simulated: false,
  attributes: {},
  secret,
});

test('the public members of a secret are known, and nothing else of it', async (t) => {
  t.strictSame(describeRealAccount('aws', { accessKeyId: 'AKID', secretAccessKey: 's' }), { accessKeyId: 'AKID' });
  t.strictSame(describeRealAccount('azure', { subscriptionId: 'sub', tenantId: 'ten', clientSecret: 's' }), {
    subscriptionId: 'sub',
    tenantId: 'ten',
  });
  const serviceAccountKey = JSON.stringify({ type: 'service_account', private_key: 's' });
  t.strictSame(describeRealAccount('gcp', { project: 'proj', serviceAccountKey }), { project: 'proj' });
  t.strictSame(describeRealAccount('kubernetes', { kubeconfig: 'k' }), {});
  t.strictSame(describeRealAccount('ssh', { privateKey: 'k' }), {});
});

test('a file that is no service account key is refused with its pointer', async (t) => {
  for (const serviceAccountKey of ['no json', 'null', '{"type":"authorized_user"}']) {
    t.throws(() => describeRealAccount('gcp', { project: 'proj', serviceAccountKey }), {
      code: 'validation',
      details: [{ pointer: '/secret/serviceAccountKey', code: 'wrong-form' }],
    });
  }
});

test('a simulated credential has the attributes of its cloud, by which accounts are told apart', async (t) => {
  const members = { aws: ['accountId'], azure: ['subscriptionId', 'tenantId'], gcp: ['project'] };
  for (const cloud of ['aws', 'azure', 'gcp'] as const) {
    const attributes = describeSimulatedCredential(cloud, 'cr_a');
    t.strictSame(Object.keys(attributes), members[cloud]);
    t.equal(findAccount(cloud, attributes), attributes[members[cloud][0] ?? '']);
    t.not(findAccount(cloud, attributes), findAccount(cloud, describeSimulatedCredential(cloud, 'cr_b')));
  }
  t.strictSame(describeSimulatedCredential('kubernetes', 'cr_a'), {});
  t.equal(findAccount('aws', { accessKeyId: 'AKID' }), undefined, 'not known before the cloud was asked');
  t.equal(findAccount('ssh', {}), undefined);
});

test('each cloud has the variables of its own SDK', async (t) => {
  const build = (credential: OpenCredential) =>
    buildCloudVariables(credential, { region: 'westeurope', simulatorUrl: undefined });
  const azure = { tenantId: 'ten', clientId: 'cli', clientSecret: 'sec', subscriptionId: 'sub' };
  t.strictSame(build(real('azure', azure)), {
    ARM_TENANT_ID: 'ten',
    ARM_CLIENT_ID: 'cli',
    ARM_CLIENT_SECRET: 'sec',
    ARM_SUBSCRIPTION_ID: 'sub',
  });
  t.strictSame(build(real('gcp', { serviceAccountKey: '{}', project: 'proj' })), {
    GOOGLE_CREDENTIALS: '{}',
    GOOGLE_PROJECT: 'proj',
  });
  t.strictSame(build(real('kubernetes', {})), {});
  t.strictSame(build(real('ssh', {})), {});
});

test('a token comes from the cloud of the credential, or is refused where there is none', async (t) => {
  const subject = { region: 'europe-west1', physicalName: 'fy-a' };
  const aws = real('aws', { accessKeyId: 'AKID', secretAccessKey: 's' });
  t.match((await mintClusterToken(aws, subject, now)).token, /^k8s-aws-v1\./);
  const keyless = real('gcp', { serviceAccountKey: '{}' });
  await t.rejects(mintClusterToken(keyless, subject, now), { code: 'credential-mismatch', message: /account key/ });
  const hosts = real('ssh', {});
  await t.rejects(mintClusterToken(hosts, subject, now), {
    code: 'credential-mismatch',
    message: /no managed clusters/,
  });
  const simulated: OpenCredential = { ...hosts, simulated: true, secret: { token: 'sim' } };
  t.match(await mintClusterToken(simulated, subject, now), {
    token: 'sim',
    expiresAt: new Date('2026-11-21T13:00:00Z'),
  });
});

test("a hub's kubeconfig is the user's own, and must be there", async (t) => {
  t.equal(openHubKubeconfig(real('kubernetes', { kubeconfig: 'k' }), undefined).kubeconfig, 'k');
  t.throws(() => openHubKubeconfig(real('kubernetes', {}), undefined), { code: 'credential-mismatch' });
});
