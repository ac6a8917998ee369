import { utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { runCommand } from '../../toolchain/run-command.mjs';
import { createTestDirectory } from '../helpers/directory.ts';

const main = join(import.meta.dirname, '../../services/health/main.ts');
const least = { DATABASE_URL: 'postgres://nowhere/fleetyard', REDIS_URL: 'redis://nowhere' };
const ask = (subject: string, env: Record<string, string>) =>
  runCommand(process.execPath, [main, subject], { env: { ...least, ...env } });

test('The API is healthy when it says that it is ready', async (t) => {
  const state = { status: 200 };
  const server = createServer((_request, response) => response.writeHead(state.status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = { FLEETYARD_PORT: String((server.address() as AddressInfo).port) };
  t.match(await ask('api', env), { code: 0 });
  state.status = 503;
  t.match(await ask('api', env), { code: 1, stderr: /answers 503/ });
  await new Promise((resolve) => server.close(resolve));
  t.match(await ask('api', env), { code: 1 }, 'nor when nobody listens');
});

test('A worker is healthy while its sweeps go on', async (t) => {
  const file = join(await createTestDirectory(t), 'pulse');
  const env = { FLEETYARD_PULSE_FILE: file };
  t.match(await ask('worker', env), { code: 1, stderr: /ENOENT/ }, 'not before the first one');
  writeFileSync(file, '');
  t.match(await ask('worker', env), { code: 0 });
  const old = Date.now() / 1000 - 200;
  utimesSync(file, old, old);
  t.match(await ask('worker', env), { code: 1, stderr: /last heard of 20\d s ago/ });
  t.match(await ask('worker', {}), { code: 1, stderr: /FLEETYARD_PULSE_FILE is not set/ });
  t.match(await ask('nobody', env), { code: 1, stderr: /usage/ });
});
