// What of a credential's secret gets past the front door (hardening 1, 2, 4 and 5).
import { test } from 'tap';
import { parse } from 'yaml';
import { getCredentialSecret } from '../../services/store/credentials.ts';
import { describeHub } from '../helpers/hub.ts';
import { openTestApi } from './fixtures.ts';

type Kubeconfig = { clusters: { cluster: object }[]; users: { user: object }[] };

/** A kubeconfig with fields of its cluster or its user added. */
function add({ cluster = {}, user = {} }: { cluster?: object; user?: object }): string {
  const config = JSON.parse(describeHub('https://hub.example:6443')) as Kubeconfig;
  Object.assign(config.clusters[0]?.cluster ?? {}, cluster);
  Object.assign(config.users[0]?.user ?? {}, user);
  return JSON.stringify(config);
}

test('hardening 1, 2 and 4: a kubeconfig that reads files, runs programs or leads elsewhere', async (t) => {
  const api = await openTestApi(t);
  const before = (await api.send('GET', '/v1/credentials')).body.items.length;
  const send = (kubeconfig: string) =>
    api.send('POST', '/v1/credentials', { body: { name: 'hub', provider: 'kubernetes', secret: { kubeconfig } } });
  const secret = 'CANARY-of-mine';
  const refused = [
    add({ user: { tokenFile: '/etc/passwd' } }),
    add({ user: { 'client-certificate': '/etc/passwd', 'client-key': '/etc/passwd' } }),
    add({ user: { exec: { command: 'sh', apiVersion: 'client.authentication.k8s.io/v1' } } }),
    add({ user: { 'auth-provider': { name: 'oidc' } } }),
    add({ cluster: { 'certificate-authority': '/etc/passwd' } }),
    add({ cluster: { 'proxy-url': 'http://127.0.0.1:8080' } }),
    add({ cluster: { 'insecure-skip-tls-verify': true } }),
    add({ cluster: { server: 'http://169.254.169.254' } }),
    add({ cluster: { server: 'https://hub.example/?x=' } }),
    add({ user: { token: `two\n${secret}` } }),
  ];
  for (const kubeconfig of refused) {
    const answer = await send(kubeconfig);
    const errors = [{ pointer: '/secret/kubeconfig', code: 'kubeconfig-refused' }];
    t.match(
      answer,
      { status: 422, body: { type: 'urn:fleetyard:problem:validation', errors } },
      'is refused where it stands',
    );
    t.notMatch(answer.text, secret, 'and no value of it is repeated');
  }
  t.equal((await api.send('GET', '/v1/credentials')).body.items.length, before, 'nothing was stored');
});

test('hardening 1: a kubeconfig that is taken', async (t) => {
  const api = await openTestApi(t);
  const kubeconfig = `# CANARY of a comment\n${add({})}`;
  const made = await api.send('POST', '/v1/credentials', {
    body: { name: 'hub', provider: 'kubernetes', secret: { kubeconfig } },
  });
  t.equal(made.status, 201);
  t.notMatch(made.text, 'hub-token', 'is not shown again');
  const stored = (await api.work((tx) => getCredentialSecret(tx, made.body.id))) as { kubeconfig: string };
  t.notMatch(stored.kubeconfig, 'CANARY', 'is stored as it was understood');
  t.match(parse(stored.kubeconfig), { users: [{ user: { token: 'hub-token' } }] });
});

test('hardening 5: a service account key that two parsers would read differently', async (t) => {
  const api = await openTestApi(t);
  for (const serviceAccountKey of [
    '{"type":"external_account","type":"service_account"}',
    '{"Type":"service_account"}',
  ]) {
    const secret = { project: 'fleet-project', serviceAccountKey };
    const answer = await api.send('POST', '/v1/credentials', { body: { name: 'gcp', provider: 'gcp', secret } });
    t.match(answer, { status: 422, body: { errors: [{ pointer: '/secret/serviceAccountKey' }] } });
  }
});
