// A kubeconfig for a person: what is asked of the cluster, and what is made of each of its answers.
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test, type Test } from 'tap';
import { parse } from 'yaml';
import type { OpenCredential } from '../../services/access/credential.ts';
import { mintKubeconfig } from '../../services/access/kubeconfig/mint-kubeconfig.ts';
import { loopbackGuard } from '../helpers/hub.ts';
import { loopbackCertificate, testAuthority } from '../helpers/secure.ts';

const credential: OpenCredential = {
  id: 'cr_a',
  provider: 'aws',
  simulated: true,
  attributes: {},
  secret: { token: 'our-own-token' },
};
const order = { namespace: 'fleetyard-system', account: 'fleetyard-viewer', seconds: 3600 };
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';

async function openServer(t: Test, answer: RequestListener) {
  const { certificate: cert, key } = loopbackCertificate;
  const server = createServer({ cert, key }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return mintKubeconfig(loopbackGuard, {
    name: 'one',
    outputs: {
      endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      certificateAuthority: Buffer.from(testAuthority.certificate).toString('base64'),
      physicalName: 'fy-one',
    },
    credential,
    region: 'eu-central-1',
    now: new Date(),
    simulatorUrl: undefined,
    order,
  });
}

const say =
  (status: number, body: unknown): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test("the token is the cluster's, and nothing of our own identity is handed out", async (t) => {
  const seen: string[] = [];
  const minted = await openServer(t, (request, response) => {
    request.on('data', (part: Buffer) => seen.push(part.toString()));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      say(201, { status: { token, expirationTimestamp: '2026-11-21T13:00:00Z' } })(request, response);
    });
  });
  t.match(JSON.parse(seen[0] ?? ''), { spec: { expirationSeconds: 3600 } });
  t.match(
    seen[1],
    /^POST \/api\/v1\/namespaces\/fleetyard-system\/serviceaccounts\/fleetyard-viewer\/token Bearer k8s-aws-v1\./,
  );
  t.match(parse(minted.kubeconfig), { 'current-context': 'one', users: [{ name: 'one', user: { token } }] });
  t.notMatch(minted.kubeconfig, 'k8s-aws-v1');
  t.same(minted.expiresAt, new Date('2026-11-21T13:00:00Z'));
});

test('what goes wrong is told by its cause, in words of our own', async (t) => {
  const canary = 'CanaryOfTheCluster';
  const fail = (status: number, body: unknown = { message: canary }) => openServer(t, say(status, body));
  await t.rejects(fail(403), { code: 'credential-mismatch', message: /refused the credential \(403\)/ });
  await t.rejects(fail(404), { code: 'not-found', message: /no service account fleetyard-viewer in fleetyard-system/ });
  await t.rejects(fail(500), { code: 'unavailable', message: /answered 500/ });
  for (const status of [{}, { token: 'two words', expirationTimestamp: '2026-11-21T13:00:00Z' }, { token }]) {
    await t.rejects(fail(201, { status }), { code: 'unavailable', message: /answered without a token/ });
  }
  const refused = await fail(409).catch((error: Error) => error.message);
  t.notMatch(refused, canary);
});

test('a cluster that takes the question and never answers is given up on within ten seconds', async (t) => {
  const started = performance.now();
  await t.rejects(
    openServer(t, () => undefined),
    { code: 'unavailable', message: /did not answer in time/ },
  );
  t.ok(performance.now() - started < 10_000);
});
