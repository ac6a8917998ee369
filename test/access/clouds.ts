// What each cloud gives: tokens, variables, what is known of accounts.

import { generateKeyPairSync } from 'node:crypto';
import { test } from 'tap';
import { describeSimulatedCredential, readRealSecret } from '../../services/access/account.ts';
import { findAccount } from '../../services/domain/clouds.ts';
import { buildCloudVariables } from '../../services/access/cloud-variables.ts';
import type { OpenCredential } from '../../services/access/credential.ts';
import { mintClusterToken } from '../../services/access/kubernetes-token.ts';

const now = new Date('2026-11-21T12:00:00Z');
const real = (provider: OpenCredential['provider'], secret: Record<string, string>): OpenCredential => ({
  id: 'cr_a',
  provider,
  simulated: false,
  attributes: {},
  secret,
});

const tenant = '11111111-2222-4333-8444-555555555555';
const azureSecret = { tenantId: tenant, clientId: tenant, clientSecret: 'sec~.ret', subscriptionId: tenant };
const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaKey = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
const keyFile = {
  type: 'service_account',
  project_id: 'fleet-project',
  private_key_id: '0123456789abcdef',
  private_key: rsaKey,
  client_email: 'fleet@fleet-project.iam.gserviceaccount.com',
  client_id: '123456789012345678901',
  auth_uri: 'https://accounts.google.com/o/oauth2/auth',
  token_uri: 'https://oauth2.googleapis.com/token',
  auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
  client_x509_cert_url:
    'https://www.googleapis.com/robot/v1/metadata/x509/fleet%40fleet-project.iam.gserviceaccount.com',
  universe_domain: 'googleapis.com',
};
const readKey = (serviceAccountKey: string) => readRealSecret('gcp', { project: 'fleet-project', serviceAccountKey });

test('the public members of a secret are known, and nothing else of it', async (t) => {
  const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCY' };
  t.strictSame(readRealSecret('aws', keys), { attributes: { accessKeyId: keys.accessKeyId }, secret: keys });
  const { attributes } = readRealSecret('azure', azureSecret);
  t.strictSame(attributes, { subscriptionId: tenant, tenantId: tenant });
  t.strictSame(readKey(JSON.stringify(keyFile)).attributes, { project: 'fleet-project' });
  t.strictSame(readRealSecret('ssh', { privateKey: 'k' }), { attributes: {}, secret: {} });
});

test('hardening 5: fields of another form, unknown ones and look-alikes are refused with their pointer', async (t) => {
  const refused = (cloud: 'aws' | 'azure', secret: Record<string, unknown>, pointer: string) =>
    t.throws(() => readRealSecret(cloud, secret), { code: 'validation', details: [{ pointer }] });
  refused('azure', { ...azureSecret, tenantId: '../../evil' }, '/secret/tenantId');
  refused('azure', { ...azureSecret, clientSecret: 'a\nb' }, '/secret/clientSecret');
  refused('azure', { ...azureSecret, TenantId: tenant }, '/secret');
  const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCY' };
  refused('aws', { ...keys, secretAccessKey: 'with\0zero-and-more-text' }, '/secret/secretAccessKey');
  refused('aws', { ...keys, sessionToken: 'two\nlines' }, '/secret/sessionToken');
  const mixed = readRealSecret('azure', { ...azureSecret, tenantId: 'AAAAAAAA-2222-4333-8444-555555555555' });
  t.equal(mixed.secret['tenantId'], 'aaaaaaaa-2222-4333-8444-555555555555', 'written in one way');
});

test('hardening 5: a service account key is rebuilt from known fields, with addresses of Google alone', async (t) => {
  const old = { ...keyFile, token_uri: 'https://accounts.google.com/o/oauth2/token' };
  const { secret } = readKey(`\n  ${JSON.stringify(old, null, 4)}\n`);
  t.strictSame(
    JSON.parse(secret['serviceAccountKey'] ?? ''),
    keyFile,
    'written anew, and asks where Google answers today',
  );
  t.strictSame(readKey(secret['serviceAccountKey'] ?? '').secret, secret, 'what was written is read again');
});

test('hardening 5: keys that two parsers would read differently are refused', async (t) => {
  const text = JSON.stringify(keyFile);
  const refused: Record<string, string> = {
    'no JSON': 'no json',
    'no object': 'null',
    'a list': `[${text}]`,
    'another type': JSON.stringify({ ...keyFile, type: 'authorized_user' }),
    'external accounts': JSON.stringify({ ...keyFile, type: 'external_account' }),
    'Type beside type': text.replace('{', '{"Type":"external_account",'),
    'Type instead of type': text.replace('"type"', '"Type"'),
    'a key twice': text.replace('{', '{"type":"external_account",'),
    'a key twice by an escape': text.replace('{', '{"t\\u0079pe":"external_account",'),
    'a key twice with space': text.replace('{', '{"type" : "service_account",'),
    'a token_uri of its own': JSON.stringify({ ...keyFile, token_uri: 'https://evil.example/token' }),
    'a token_uri that looks right': JSON.stringify({ ...keyFile, token_uri: 'https://oauth2.googleapis.com/token?x' }),
    'an auth_uri of its own': JSON.stringify({ ...keyFile, auth_uri: 'http://169.254.169.254/' }),
    'another universe': JSON.stringify({ ...keyFile, universe_domain: 'evil.example' }),
    'certificates elsewhere': JSON.stringify({ ...keyFile, client_x509_cert_url: 'https://evil.example/' }),
    'a quota project': JSON.stringify({ ...keyFile, quota_project_id: 'x' }),
    'a credential source': text.replace('{', '{"credential_source":{"file":"/etc/passwd"},'),
    'no key': JSON.stringify({ ...keyFile, private_key: rsaKey.replaceAll('M', '!') }),
    'a key of another kind': JSON.stringify({
      ...keyFile,
      private_key: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    }),
    'an email of somebody else': JSON.stringify({ ...keyFile, client_email: 'a@evil.example' }),
  };
  for (const [what, serviceAccountKey] of Object.entries(refused)) {
    t.throws(
      () => readKey(serviceAccountKey),
      { code: 'validation', details: [{ pointer: '/secret/serviceAccountKey', code: 'wrong-form' }] },
      what,
    );
  }
});

test('hardening 5: a key that was stored under older rules is not handed on', async (t) => {
  const evil = JSON.stringify({ ...keyFile, token_uri: 'https://evil.example/token' });
  const stored = real('gcp', { project: 'fleet-project', serviceAccountKey: evil });
  t.throws(() => buildCloudVariables(stored, { region: 'x', simulatorUrl: undefined }), {
    code: 'credential-mismatch',
    message: /token_uri.*POST \/v1\/credentials/,
  });
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
  const { secret } = readKey(JSON.stringify(keyFile));
  t.strictSame(build(real('gcp', secret)), {
    GOOGLE_CREDENTIALS: secret['serviceAccountKey'],
    GOOGLE_PROJECT: 'fleet-project',
  });
  t.strictSame(build(real('kubernetes', {})), {});
  t.strictSame(build(real('ssh', {})), {});
});

test('hardening 5: a secret of old with a zero in it is refused without being repeated', async (t) => {
  const stored = real('aws', { accessKeyId: 'AKID', secretAccessKey: 'before\0after' });
  t.throws(() => buildCloudVariables(stored, { region: 'x', simulatorUrl: undefined }), {
    code: 'credential-mismatch',
    message: 'credential cr_a has no usable AWS_SECRET_ACCESS_KEY',
  });
});

test('a token comes from the cloud of the credential, or is refused where there is none', async (t) => {
  const subject = { region: 'europe-west1', physicalName: 'fy-a' };
  const at = { now, simulatorUrl: undefined };
  const aws = real('aws', { accessKeyId: 'AKID', secretAccessKey: 's' });
  t.match((await mintClusterToken(aws, subject, at)).token, /^k8s-aws-v1\./);
  const keyless = real('gcp', { serviceAccountKey: '{}' });
  await t.rejects(mintClusterToken(keyless, subject, at), { code: 'credential-mismatch', message: /account key/ });
  const hosts = real('ssh', {});
  await t.rejects(mintClusterToken(hosts, subject, at), {
    code: 'credential-mismatch',
    message: /no managed clusters/,
  });
  const lost: OpenCredential = { ...real('azure', {}), simulated: true, secret: { token: 'sim' } };
  await t.rejects(mintClusterToken(lost, subject, at), { code: 'credential-mismatch', message: /no simulator/ });
  const away = { now, simulatorUrl: 'http://127.0.0.1:1' };
  await t.rejects(mintClusterToken(lost, subject, away), { code: 'unavailable', message: /could not be reached/ });
});
