// Measurements and details of readiness: on a port of their own, behind a token where there is one.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import { createMonitoringGate, createMonitoringServer, readMonitoringToken } from '../../services/http/monitoring.ts';
import { createTestDirectory } from '../helpers/directory.ts';

const token = 'a-token-for-measurements';

async function listen(t: Test, given: string | undefined, status: 'ready' | 'not-ready' = 'ready') {
  const server = createMonitoringServer({
    metrics: { render: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'fleetyard_operations 1\n' }) },
    checkReadiness: async () => ({ status, checks: { database: status === 'ready' ? 'ok' : 'failed', redis: 'ok' } }),
    gate: given === undefined ? undefined : createMonitoringGate(given),
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: answer.status, nosniff: answer.headers.get('x-content-type-options'), text: await answer.text() };
  };
}

test('16: a port of their own', async (t) => {
  const ask = await listen(t, undefined);
  t.match(await ask('/metrics'), { status: 200, nosniff: 'nosniff', text: /fleetyard_operations 1/ });
  t.match(await ask('/ready'), { status: 200, text: /"database":"ok"/ });
  t.match(await ask('/health'), { status: 200 });
  t.match(await ask('/v1/clusters'), { status: 404, nosniff: 'nosniff' }, 'serves nothing else');
  t.match(await ask('/metrics', { method: 'POST' }), { status: 405 });
  t.match(await (await listen(t, undefined, 'not-ready'))('/ready'), { status: 503, text: /"database":"failed"/ });
});

test('16: with a token', async (t) => {
  const ask = await listen(t, token);
  const say = (text: string) => ({ headers: { authorization: `Bearer ${text}` } });
  for (const path of ['/metrics', '/ready']) {
    t.equal((await ask(path)).status, 401, path);
    t.equal((await ask(path, say('another-token-for-them'))).status, 401);
    t.equal((await ask(path, say(token))).status, 200);
  }
  t.equal((await ask('/health')).status, 200);
  t.equal(createMonitoringGate(undefined)({ authorization: 'Bearer ' }), false, 'without one nobody passes');
});

test('16: the file of the token', async (t) => {
  const file = join(await createTestDirectory(t), 'token');
  await t.rejects(readMonitoringToken(file), {
    name: 'ConfigError',
    message: /FLEETYARD_METRICS_TOKEN_FILE.*can't be read/,
  });
  await writeFile(file, 'short\n');
  await t.rejects(readMonitoringToken(file), { name: 'ConfigError', message: /must hold 16 characters or more/ });
  await writeFile(file, `${token}\n`);
  t.equal(await readMonitoringToken(file), token);
  t.equal(await readMonitoringToken(undefined), undefined);
});
