// A worker tells on a port of its own what it does, and whether its servers are there.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { createMonitoringServer } from '../../services/http/monitoring.ts';
import { startPulse } from '../../services/worker/pulse.ts';
import { waitFor } from '../helpers/wait.ts';
import { startBehindDoors } from './worker-process.ts';

test('a worker process on the port of its measurements', async (t) => {
  const { output, doors } = await startBehindDoors(t, { environment: { FLEETYARD_WORKER_METRICS_PORT: '0' } });
  const address = /"monitoring":"([^"]+)"/.exec(output())?.[1] ?? '';
  const read = async (path: string) => {
    const answer = await fetch(`${address}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const metrics = await read('/metrics');
  t.equal(metrics.status, 200);
  for (const name of ['fleetyard_worker_slots', 'fleetyard_worker_running', 'fleetyard_operations_waiting']) {
    t.match(metrics.text, new RegExp(`^${name}[ {]`, 'm'), name);
  }
  t.match(await read('/ready'), { status: 200, text: /"database":"ok".*"worker":"ok"/ });
  await doors.database.shut();
  const away = await waitFor('the database to be missed', async () => {
    const answer = await read('/ready');
    return answer.status === 503 ? answer : undefined;
  });
  t.match(away.text, /"database":"failed"/);
  t.equal((await read('/health')).status, 200, 'it lives all the same');
  t.match((await read('/metrics')).text, /^fleetyard_worker_slots \d/m, 'and tells of itself');
});

test('a worker whose rounds stand still says that it is not well', async (t) => {
  let now = 0;
  const pulse = startPulse(() => now);
  const metrics = { render: async () => ({ contentType: 'text/plain', body: '' }) };
  const checkReadiness = async () => ({ status: 'not-ready', checks: { worker: 'stopping' } }) as const;
  const parts = { metrics, gate: undefined, checkReadiness, isAlive: () => pulse.isAlive() };
  const server = createMonitoringServer(parts).listen(0, '127.0.0.1');
  t.teardown(() => void server.close());
  await once(server, 'listening');
  const read = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  t.equal((await read('/health')).status, 200);
  now += 121_000;
  t.equal((await read('/health')).status, 503);
  pulse.beat();
  t.equal((await read('/health')).status, 200, 'until it goes the next');
  t.match(await read('/ready'), { status: 503, text: /"worker":"stopping"/ }, 'one that stops is ready for nothing');
});
