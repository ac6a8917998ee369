import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { parse } from 'yaml';
import type { OpenCredential } from '../../services/access/credential.ts';
import { buildCloudVariables } from '../../services/access/cloud-variables.ts';
import { mintKubeconfig, openHubKubeconfig } from '../../services/access/kubeconfig.ts';
import { explainFailure, openKubernetes } from '../../services/access/kubernetes-client.ts';
import { isFleetyardError } from '../../services/domain/errors.ts';

const now = new Date('2026-11-21T12:00:00Z');
const aws: OpenCredential = {
  id: 'cr_a',
  provider: 'aws',
  simulated: false,
  attributes: { accountId: '123456789012' },
  secret: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-key' },
};
const simulated: OpenCredential = { ...aws, simulated: true, secret: { token: 'sim-token' } };
const outputs = { endpoint: 'https://127.0.0.1:4510/k8s/abc', certificateAuthority: 'Q0E=', physicalName: 'fy-one' };

test('an EKS kubeconfig holds a presigned call that names the cluster in a signed header', async (t) => {
  const { kubeconfig, expiresAt } = await mintKubeconfig({
    name: 'one',
    outputs,
    credential: aws,
    region: 'eu-central-1',
    now,
  });
  const token = (parse(kubeconfig) as { users: { user: { token: string } }[] }).users[0]?.user.token ?? '';
  t.match(token, /^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  t.ok(token.length < 4096, 'the API server takes no longer ones');
  const url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
  t.equal(url.origin, 'https://sts.eu-central-1.amazonaws.com');
  t.equal(url.searchParams.get('Action'), 'GetCallerIdentity');
  t.equal(url.searchParams.get('X-Amz-Expires'), '60');
  t.equal(url.searchParams.get('X-Amz-SignedHeaders'), 'host;x-k8s-aws-id');
  t.match(url.searchParams.get('X-Amz-Credential'), /^AKIDEXAMPLE\/20261121\/eu-central-1\/sts\/aws4_request$/);
  t.notMatch(kubeconfig, 'secret-key');
  t.same(expiresAt, new Date('2026-11-21T12:14:00Z'));
});

test('a simulated cluster is reached over plain http with the token of its account', async (t) => {
  const { kubeconfig } = await mintKubeconfig({
    name: 'one',
    outputs,
    credential: simulated,
    region: 'eu-central-1',
    now,
  });
  t.match(parse(kubeconfig), {
    clusters: [{ cluster: { server: 'http://127.0.0.1:4510/k8s/abc' } }],
    users: [{ user: { token: 'sim-token' } }],
  });
  t.notMatch(kubeconfig, 'certificate-authority-data');
});

test('a hub needs a kubernetes credential', async (t) => {
  t.throws(() => openHubKubeconfig(aws, undefined), { code: 'credential-mismatch' });
  const hub: OpenCredential = { ...simulated, id: 'cr_hub', provider: 'kubernetes' };
  t.match(openHubKubeconfig(hub, 'http://127.0.0.1:1').kubeconfig, 'http://127.0.0.1:1/k8s/hub-cr_hub');
});

test('a simulated credential without a simulator is refused with the mend', async (t) => {
  t.throws(() => buildCloudVariables(simulated, { region: 'x', simulatorUrl: undefined }), /FLEETYARD_SIMULATOR_URL/);
  t.same(buildCloudVariables(simulated, { region: 'x', simulatorUrl: 'http://s' }), {
    FLEETYARD_SIMULATOR_URL: 'http://s',
    FLEETYARD_SIMULATOR_ACCOUNT: 'cr_a',
    FLEETYARD_SIMULATOR_TOKEN: 'sim-token',
  });
});

test('a real credential gives the variables of its own SDK and nothing of another', async (t) => {
  const variables = buildCloudVariables(aws, { region: 'eu-central-1', simulatorUrl: 'http://s' });
  t.equal(variables['AWS_ACCESS_KEY_ID'], 'AKIDEXAMPLE');
  t.equal(variables['AWS_REGION'], 'eu-central-1');
  t.notOk(Object.keys(variables).some((name) => name.startsWith('FLEETYARD_')));
  const empty: OpenCredential = { ...aws, provider: 'azure' };
  t.throws(() => buildCloudVariables(empty, { region: 'x', simulatorUrl: undefined }), { code: 'credential-mismatch' });
});

const kubeconfigOf = (user: Record<string, unknown>, server = 'http://127.0.0.1:1'): string =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });

test('a kubeconfig that runs a program is refused', async (t) => {
  const exec = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'rm' } };
  t.throws(() => openKubernetes(kubeconfigOf(exec)), { code: 'validation', message: /runs a program/ });
  t.throws(() => openKubernetes(kubeconfigOf({ 'auth-provider': { name: 'gcp' } })), { code: 'validation' });
  t.throws(() => openKubernetes('a: b'), { code: 'validation' });
});

test('an API server that refuses, fails or is away is told apart', async (t) => {
  const answers = [401, 500];
  const server = createServer((_, response) => response.writeHead(answers.shift() ?? 500).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (): Promise<string> => {
    const client = openKubernetes(kubeconfigOf({ token: 't' }, url));
    try {
      await client.version.getCode();
    } catch (error) {
      const explained = explainFailure(error, client.server);
      t.ok(isFleetyardError(explained));
      return `${explained.code}: ${explained.message}`;
    }
    return 'answered';
  };
  t.match(await ask(), /^credential-mismatch: .*refused the credential \(401\)/);
  t.match(await ask(), /^unavailable: .*answered 500/);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  t.match(await ask(), /^unavailable: .*could not be reached: .*ECONNREFUSED/);
});
