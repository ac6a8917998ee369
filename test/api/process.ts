// The API as a process: it starts on an empty database, keeps its secrets, and ends in order.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test, type Test } from 'tap';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { createTestRedis } from '../helpers/redis.ts';
import { openDoor } from '../helpers/door.ts';
import { waitFor } from '../helpers/wait.ts';

const main = fileURLToPath(new URL('../../services/api/main.ts', import.meta.url));

type Process = { child: ChildProcess; output(): string; ended: Promise<unknown[]> };

function startProcess(t: Test, environment: Record<string, string>): Process {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output, ended: once(child, 'exit') };
}

async function prepare(t: Test): Promise<{ directory: string; environment: Record<string, string> }> {
  const directory = await createTestDirectory(t);
  const { environment, name } = await createTestDatabase(t, { migrated: false });
  const redis = createTestRedis(t);
  await ensureMasterKeys(join(directory, 'master.key'));
  return {
    directory,
    environment: {
      ...environment,
      REDIS_URL: redis.url,
      FLEETYARD_QUEUE_PREFIX: redis.prefix,
      FLEETYARD_STATE_DATABASE: `${name}_state`,
      FLEETYARD_DATA_DIR: directory,
      FLEETYARD_PORT: '0',
      FLEETYARD_DEFAULT_ALLOWED_CIDRS: '203.0.113.0/24',
      FLEETYARD_LOG_LEVEL: 'debug',
    },
  };
}

const waitAddress = ({ output }: Process): Promise<string> =>
  waitFor('the API to listen', () => /"address":"([^"]+)"/.exec(output())?.[1]);

test('A process on an empty database', async (t) => {
  const { directory, environment } = await prepare(t);
  const running = startProcess(t, { ...environment, FLEETYARD_METRICS_PORT: '0' });
  const address = await waitAddress(running);
  const monitoring = /"monitoring":"([^"]+)"/.exec(running.output())?.[1] ?? '';
  t.match(await (await fetch(`${monitoring}/metrics`)).text(), /fleetyard_operations/, 'measures on a port of its own');
  t.equal((await fetch(`${address}/metrics`)).status, 401, 'and not on that of its callers');
  const file = join(directory, 'admin.token');
  const token = (await readFile(file, 'utf8')).trim();
  t.equal((await stat(file)).mode & 0o777, 0o600, 'leaves a token for its owner');

  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${address}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'fleetyard-project': 'demo', 'content-type': 'application/json' },
    });
  const post = (path: string, body: unknown) => call(path, { method: 'POST', body: JSON.stringify(body) });
  const project = await fetch(`${address}/v1/projects`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"name":"demo"}',
  });
  t.equal(project.status, 201, 'makes a project');
  t.equal(
    (await post('/v1/credentials', { name: 'demo-aws', provider: 'aws', simulated: true })).status,
    201,
    'makes a credential',
  );
  const nodePools = [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 3 } }];
  const created = await post('/v1/clusters', {
    name: 'web',
    provider: 'eks',
    region: 'eu-central-1',
    credential: 'demo-aws',
    nodePools,
  });
  t.equal(created.status, 202, 'accepts a cluster');

  const { operation } = (await created.json()) as { operation: { id: string } };
  const stream = await call(`/v1/operations/${operation.id}/events`);
  running.child.kill('SIGTERM');
  await stream.text().catch(() => '');
  const [code] = await running.ended;
  t.equal(code, 0, 'ends in order, although a stream was open');
  t.match(running.output(), /"msg":"stopped"/, 'and says so');
  t.notOk(running.output().includes(token), 'without ever logging the token');

  const again = startProcess(t, environment);
  await waitAddress(again);
  t.equal((await readFile(file, 'utf8')).trim(), token, 'keeps its token at the next start');
  again.child.kill('SIGTERM');
  again.child.kill('SIGINT');
  await again.ended;
});

test('A process whose servers hang', async (t) => {
  const { environment } = await prepare(t);
  const database = await openDoor(t, environment['DATABASE_URL'] ?? '');
  const redis = await openDoor(t, environment['REDIS_URL'] ?? '');
  const running = startProcess(t, {
    ...environment,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    FLEETYARD_SHUTDOWN_SECONDS: '2',
  });
  await waitAddress(running);
  database.block();
  redis.block();
  running.child.kill('SIGTERM');
  // Far above its deadline, for a slow machine.
  const timer = setTimeout(() => running.child.kill('SIGKILL'), 30_000);
  const [code] = await running.ended;
  clearTimeout(timer);
  t.equal(code, 1, 'ends within its deadline, and not in order');
});

test('A process that was told nothing', async (t) => {
  const told = startProcess(t, {});
  const [code] = await told.ended;
  t.equal(code, 2, 'ends with 2');
  t.match(
    told.output(),
    /DATABASE_URL is missing; set it to .*\n\s+REDIS_URL is missing; set it to /,
    'and names what is missing, and the mend',
  );
});

test('A process without its key', async (t) => {
  const { environment } = await prepare(t);
  const told = startProcess(t, { ...environment, FLEETYARD_MASTER_KEY_FILE: '/nonexistent/master.key' });
  const [code] = await told.ended;
  t.equal(code, 1, 'does not start');
  t.match(told.output(), /nonexistent/, 'and says which file it wanted');
});

test('A process that starts before its database', async (t) => {
  const { environment } = await prepare(t);
  const door = await openDoor(t, environment['DATABASE_URL'] ?? '');
  await door.shut();
  const running = startProcess(t, { ...environment, DATABASE_URL: door.url });
  await waitFor('word of what is missing', () => running.output().includes('waiting for a server that is away'));
  await door.reopen();
  t.ok(await waitAddress(running), 'listens when that is there');
});
