// The guard at the moment of the call: what is resolved is what is connected to, and nothing is followed (hardening 4).
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Test, test } from 'tap';
import { pinAccess } from '../../services/access/kubeconfig/open-hub.ts';
import { readKubeconfig } from '../../services/access/kubeconfig/read-kubeconfig.ts';
import { writeKubeconfig } from '../../services/access/kubeconfig/write-kubeconfig.ts';
import { explainFailure, openKubernetes } from '../../services/access/kubernetes-client.ts';
import { createOutgoingGuard, type Resolver } from '../../services/outgoing/outgoing-guard.ts';
import { sendRequest } from '../../services/outgoing/send-request.ts';
import { describeHub, loopbackGuard, startTestHub } from '../helpers/hub.ts';
import { testAuthority } from '../helpers/secure.ts';

const inTime = (): AbortSignal => AbortSignal.timeout(5_000);
const metadata = '169.254.169.254';

/** A guard that allows loopback and hears from its resolver what the test says, answer by answer. */
function guardWith(answers: string[][]) {
  const asked: string[] = [];
  const resolve: Resolver = async (host) => {
    asked.push(host);
    return answers.shift() ?? [];
  };
  return { asked, guard: createOutgoingGuard({ privateNetworks: ['127.0.0.0/8'], resolve }) };
}

const call = (guard: Parameters<typeof sendRequest>[0], port: number, host = 'hub.example') =>
  sendRequest(guard, {
    url: { host, port, path: '' },
    origin: 'user',
    tls: { certificateAuthority: testAuthority.certificate },
    method: 'GET',
    path: '/version',
    headers: {},
    signal: inTime(),
  });

test('hardening 4: a name that resolves elsewhere between check and call is called where it was checked', async (t) => {
  const hub = await startTestHub(t);
  const { asked, guard } = guardWith([['127.0.0.1'], [metadata]]);
  const answer = await call(guard, hub.port);
  t.equal(answer.status, 200, 'by the name of its certificate, at the checked address');
  t.same(asked, ['hub.example'], 'resolved once');
  await t.rejects(call(guard, hub.port), { code: 'address-refused' }, 'the next call is checked anew');
  t.equal(hub.calls.length, 1);
});

test('hardening 4: one bad address among good ones refuses the call', async (t) => {
  const hub = await startTestHub(t);
  for (const bad of [metadata, '10.0.0.1', '::ffff:127.0.0.1', 'fe80::1', '0.0.0.0']) {
    for (const answer of [
      ['127.0.0.1', bad],
      [bad, '127.0.0.1'],
      ['8.8.8.8', bad],
    ]) {
      await t.rejects(call(guardWith([answer]).guard, hub.port), { code: 'address-refused' }, answer.join(' '));
    }
  }
  await t.rejects(call(guardWith([[]]).guard, hub.port), { code: 'name-unknown' });
  for (const host of [metadata, '10.0.0.1', '::1']) {
    await t.rejects(call(guardWith([]).guard, hub.port, host), { code: 'address-refused' }, host);
  }
  t.same(hub.calls, [], 'nobody was called');
});

test('hardening 4: private networks only where the installation says so, and simulated ones for the simulated alone', async (t) => {
  const strict = createOutgoingGuard({
    privateNetworks: [],
    simulatorUrl: 'http://simulator.example:4510',
    resolve: async () => ['10.0.0.5'],
  });
  await t.rejects(strict.check({ host: '127.0.0.1' }, 'user'), { code: 'address-refused' });
  await t.rejects(strict.check({ host: 'a.example' }, 'user'), { code: 'address-refused' });
  await t.rejects(strict.check({ host: '127.0.0.1' }, 'cloud'), { code: 'address-refused' });
  t.same(
    await strict.check({ host: 'a.example' }, 'cloud'),
    [{ address: '10.0.0.5', family: 4 }],
    'a private endpoint of a cloud',
  );
  t.same(await strict.check({ host: '127.0.0.1' }, 'simulated'), [{ address: '127.0.0.1', family: 4 }]);
  t.same(await strict.check({ host: 'simulator.example' }, 'simulated'), [{ address: '10.0.0.5', family: 4 }]);
  await t.rejects(strict.check({ host: 'a.example' }, 'simulated'), { code: 'address-refused' });
  for (const origin of ['user', 'cloud', 'simulated'] as const) {
    await t.rejects(strict.check({ host: metadata }, origin), { code: 'address-refused' }, origin);
  }
});

test('hardening 4: a redirect is not followed and no proxy is asked', async (t) => {
  const seen = await listenPlain(t);
  const hub = await startTestHub(t);
  hub.answerWith = { status: 302, headers: { location: `${seen.url}/latest/meta-data` }, text: 'moved' };
  const client = openKubernetes(loopbackGuard, hub.access);
  const error: unknown = await client.version.getCode().catch((thrown: unknown) => thrown);
  t.match(explainFailure(error, client.server).message, /answered 302; redirects are not followed$/);
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY']) setVariable(t, name, seen.url);
  setVariable(t, 'NODE_USE_ENV_PROXY', '1');
  hub.answerWith = undefined;
  t.match(await client.version.getCode(), { gitVersion: 'v1.34.3' });
  t.same(seen.calls, []);
});

test('hardening 4: a program that is not ours gets the checked address and the name to expect', async (t) => {
  const { asked, guard } = guardWith([['127.0.0.1'], [metadata]]);
  const pinned = await pinAccess(guard, readKubeconfig(describeHub('https://hub.example:6443/hubs/one')));
  const text = writeKubeconfig(pinned);
  t.match(text, 'server: https://127.0.0.1:6443/hubs/one');
  t.match(text, 'tls-server-name: hub.example');
  t.same(asked, ['hub.example']);
  await t.rejects(pinAccess(guard, readKubeconfig(describeHub('https://hub.example'))), { code: 'address-refused' });
  const plain = readKubeconfig(describeHub('https://127.0.0.1:6443'));
  t.same(await pinAccess(guard, plain), plain, 'an address is its own');
});

test('a certificate of somebody else, plain HTTP, silence and floods have reasons of their own', async (t) => {
  const hub = await startTestHub(t);
  const tls = { ...hub.access, certificateAuthority: undefined };
  const send = (port: number, signal = inTime(), trusted = true) =>
    sendRequest(loopbackGuard, {
      url: { host: '127.0.0.1', port, path: '' },
      origin: 'user',
      tls: trusted ? { certificateAuthority: testAuthority.certificate } : {},
      method: 'GET',
      path: '/version',
      headers: {},
      signal,
    });
  t.equal(tls.certificateAuthority, undefined);
  await t.rejects(send(hub.port, inTime(), false), { code: 'certificate-untrusted' });
  await t.rejects(call(guardWith([['127.0.0.1']]).guard, hub.port, 'other.example'), {
    code: 'certificate-untrusted',
  });
  const plain = await listenPlain(t);
  await t.rejects(send(Number(new URL(plain.url).port)), { code: 'no-tls' });
  hub.failWith = 0;
  await t.rejects(send(hub.port, AbortSignal.timeout(100)), { code: 'timed-out' });
  hub.failWith = undefined;
  hub.answerWith = { status: 200, text: 'x'.repeat(17 * 1024 * 1024) };
  await t.rejects(send(hub.port), { code: 'answer-too-large' });
  await t.rejects(send(1), { code: 'refused' });
  const stuck = createOutgoingGuard({ privateNetworks: [], resolve: () => new Promise(() => undefined) });
  const waiting = sendRequest(stuck, {
    url: { host: 'hub.example', port: 1, path: '' },
    origin: 'user',
    method: 'GET',
    path: '/',
    headers: {},
    signal: AbortSignal.timeout(50),
  });
  await t.rejects(waiting, { code: 'timed-out' }, 'a resolver that never answers holds nobody');
});

/** A plain server that is not to be called. */
async function listenPlain(t: Test): Promise<{ url: string; calls: string[] }> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(request.url ?? '');
    response.end('secret of the surroundings');
  });
  server.on('connect', (request, socket) => {
    calls.push(`CONNECT ${request.url ?? ''}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

function setVariable(t: Test, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.teardown(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}
