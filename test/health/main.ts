import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
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

test('An API that speaks TLS is asked in TLS', async (t) => {
  const directory = await createTestDirectory(t);
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=fleetyard.test', '-days', '1'];
  const { code } = await runCommand('openssl', [...args, '-keyout', keyFile, '-out', certFile], { env: process.env });
  if (code !== 0) return t.pass('there is nothing here that makes a certificate');
  const state = { status: 200 };
  const files = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
  const server = createSecureServer(files, (_request, response) => response.writeHead(state.status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = { FLEETYARD_PORT: String((server.address() as AddressInfo).port) };
  t.match(await ask('api', env), { code: 0 });
  state.status = 503;
  t.match(await ask('api', env), { code: 1, stderr: /answers 503/ });
  server.close();
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
