import { test } from 'tap';
import { parse } from 'yaml';
import type { OpenCredential } from '../../services/access/credential.ts';
import { buildCloudVariables } from '../../services/access/cloud-variables.ts';
import { mintAccess } from '../../services/access/kubeconfig/mint-kubeconfig.ts';
import { writeKubeconfig } from '../../services/access/kubeconfig/write-kubeconfig.ts';
import { openHubAccess } from '../../services/access/kubeconfig/open-hub.ts';
import { explainFailure, openKubernetes } from '../../services/access/kubernetes-client.ts';
import { isFleetyardError } from '../../services/domain/errors.ts';
import { createOutgoingGuard } from '../../services/outgoing/outgoing-guard.ts';
import { loopbackGuard, startTestHub } from '../helpers/hub.ts';
import { testAuthority } from '../helpers/secure.ts';
import { createTestAccount } from '../helpers/simulated-account.ts';

const now = new Date('2026-11-21T12:00:00Z');
const aws: OpenCredential = {
  id: 'cr_a',
  provider: 'aws',
  simulated: false,
  attributes: { accountId: '123456789012' },
  secret: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-key' },
};
const simulated: OpenCredential = { ...aws, simulated: true, secret: { token: 'sim-token' } };
const outputs = {
  endpoint: 'https://127.0.0.1:4510/k8s/abc',
  certificateAuthority: Buffer.from(testAuthority.certificate).toString('base64'),
  physicalName: 'fy-one',
};

test('an EKS kubeconfig holds a presigned call that names the cluster in a signed header', async (t) => {
  const { access, expiresAt } = await mintAccess({
    name: 'one',
    outputs,
    credential: aws,
    region: 'eu-central-1',
    now,
    simulatorUrl: undefined,
  });
  const kubeconfig = writeKubeconfig(access);
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

test('a simulated cluster is reached as a real one is, by TLS and with what its cloud takes as a token', async (t) => {
  const { access } = await mintAccess({
    name: 'one',
    outputs,
    credential: simulated,
    region: 'eu-central-1',
    now,
    simulatorUrl: undefined,
  });
  const kubeconfig = writeKubeconfig(access);
  t.match(parse(kubeconfig), {
    clusters: [
      {
        cluster: {
          server: 'https://127.0.0.1:4510/k8s/abc',
          'certificate-authority-data': outputs.certificateAuthority,
        },
      },
    ],
    users: [{ user: { token: /^k8s-aws-v1\./ } }],
  });
});

test('outputs that no kubeconfig can be made of are refused', async (t) => {
  const mint = (change: Partial<typeof outputs>) =>
    mintAccess({
      name: 'one',
      outputs: { ...outputs, ...change },
      credential: simulated,
      region: 'x',
      now,
      simulatorUrl: undefined,
    });
  await t.rejects(mint({ endpoint: 'http://127.0.0.1:4510' }), { code: 'internal' });
  await t.rejects(mint({ certificateAuthority: 'Q0E=' }), { code: 'internal' });
});

test('a hub needs a kubernetes credential', async (t) => {
  await t.rejects(openHubAccess(aws, undefined), { code: 'credential-mismatch' });
  const hub: OpenCredential = { ...simulated, id: 'cr_hub', provider: 'kubernetes' };
  await t.rejects(openHubAccess(hub, undefined), { code: 'credential-mismatch', message: /no simulator/ });
  await t.rejects(openHubAccess(hub, 'http://127.0.0.1:1'), { code: 'unavailable' });
  const none: OpenCredential = { ...hub, simulated: false, secret: {} };
  await t.rejects(openHubAccess(none, undefined), { code: 'credential-mismatch', message: /no kubeconfig/ });
});

test('the hub of a simulated credential is behind the door of the simulated clouds', async (t) => {
  const { simulator } = await createTestAccount(t, { config: { region: 'europe-west1' } });
  const hub: OpenCredential = { ...simulated, id: 'cr_hub', provider: 'kubernetes' };
  const access = await openHubAccess(hub, simulator.url);
  t.match(access, { origin: 'simulated', url: { host: '127.0.0.1', path: '/k8s/hub-cr_hub' }, token: 'sim-token' });
  const guard = createOutgoingGuard({ privateNetworks: [], simulatorUrl: simulator.url });
  t.match(await openKubernetes(guard, access).version.getCode(), { gitVersion: /^v1\./ });
  await t.rejects(openKubernetes(guard, { ...access, origin: 'user' }).version.getCode(), {
    code: 'address-refused',
  });
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

test('an API server that refuses, fails or is away is told apart', async (t) => {
  const hub = await startTestHub(t);
  const client = openKubernetes(loopbackGuard, hub.access);
  const ask = async (status: number): Promise<string> => {
    hub.failWith = status;
    try {
      await client.version.getCode();
    } catch (error) {
      const explained = explainFailure(error, client.server);
      t.ok(isFleetyardError(explained));
      return `${explained.code}: ${explained.message}`;
    }
    return 'answered';
  };
  t.match(await ask(401), /^credential-mismatch: .*refused the credential \(401\)/);
  t.match(await ask(500), /^unavailable: .*answered 500/);
  const away = openKubernetes(loopbackGuard, { ...hub.access, url: { ...hub.access.url, port: 1 } });
  const error: unknown = await away.version.getCode().catch((thrown: unknown) => thrown);
  t.match(explainFailure(error, away.server).message, /could not be reached: the connection was refused$/);
});
