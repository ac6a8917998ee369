import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { removePostgresData, startPostgres } from '../../toolchain/postgres.mjs';
import { startRedis } from '../../toolchain/redis.mjs';
import { createTestDirectory } from '../helpers/directory.ts';
import { waitFor } from '../helpers/wait.ts';

const env = { PATH: process.env.PATH };

async function createServerDirectory(t: Test): Promise<string> {
  const directory = await createTestDirectory(t);
  // As root the database runs as another user, who must get through here.
  chmodSync(directory, 0o711);
  return directory;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

/** Processes whose working directory or arguments lie in the directory. */
function findProcesses(directory: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const place = readlinkSync(`/proc/${pid}/cwd`);
        return place.startsWith(directory) || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function startMain(
  t: Test,
  directory: string,
): Promise<{ main: ChildProcess; urls: { postgres: string; redis: string } }> {
  const program = join(import.meta.dirname, 'fixtures', 'serve.ts');
  const main = spawn(process.execPath, [program, directory], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => main.kill('SIGKILL'));
  const [line] = (await once(main.stdout, 'data')) as [Buffer];
  return { main, urls: JSON.parse(line.toString()) as { postgres: string; redis: string } };
}

test('PostgreSQL keeps data, port and password from one start to the next', async (t) => {
  const directory = await createServerDirectory(t);
  const dataDir = join(directory, 'postgres');
  const first = await startPostgres({ dataDir, durable: false, env: {} });
  await query(first.url, 'create table kept (n int); insert into kept values (7)');
  const [settings] = await query(first.url, "select current_setting('listen_addresses') as addresses");
  t.equal(settings?.addresses, '127.0.0.1', 'it listens on loopback only');
  const wrong = first.url.replace(/:[^:@]+@/, ':wrong@');
  await t.rejects(query(wrong, 'select 1'), { message: /password authentication failed/ });
  await first.stop();
  await first.stop();
  t.same(findProcesses(directory), [], 'stop leaves no process, also when called twice');
  const second = await startPostgres({ dataDir, durable: false, env: {} });
  t.equal(second.url, first.url);
  t.same(await query(second.url, 'select n from kept'), [{ n: 7 }]);
  await second.stop();
  await removePostgresData({ dataDir });
});

test('Redis keeps its data and never evicts', async (t) => {
  const directory = await createServerDirectory(t);
  const dataDir = join(directory, 'redis');
  const first = await startRedis({ dataDir, env });
  const client = new Redis(first.url);
  await client.set('kept', 'yes');
  t.same(await client.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction']);
  client.disconnect();
  await first.stop();
  const second = await startRedis({ dataDir, env });
  const again = new Redis(second.url);
  t.equal(await again.get('kept'), 'yes');
  again.disconnect();
  await second.stop();
  t.same(findProcesses(directory), []);
});

test('hardening 15: as root, Redis runs as a user of its own that its files belong to', async (t) => {
  const directory = await createServerDirectory(t);
  const server = await startRedis({ dataDir: join(directory, 'redis'), env });
  t.teardown(() => server.stop());
  const pids = findProcesses(directory).filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('redis'));
  t.equal(pids.length, 1);
  const status = readFileSync(`/proc/${pids[0]}/status`, 'utf8');
  const [uid, gid] = ['Uid', 'Gid'].map((name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]));
  if (process.getuid?.() !== 0) return t.equal(uid, process.getuid?.(), 'who is not root stays who they are');
  t.not(uid, 0);
  t.not(gid, 0);
  t.match(status, /^Groups:\s*$/m, 'and in no other group');
  const owned = join(directory, 'redis', 'server');
  t.match(statSync(join(owned, 'redis.conf')), { uid, mode: 0o100600 }, 'the password is for it alone');
  t.match(statSync(join(owned, 'data')), { uid, mode: 0o40700 });
  t.match(statSync(join(directory, 'redis', 'password')), { uid: 0, mode: 0o100600 });
});

test('A URL in the environment replaces a server of our own', async (t) => {
  const directory = await createServerDirectory(t);
  const DATABASE_URL = 'postgres://somewhere/else';
  const REDIS_URL = 'redis://somewhere/else';
  t.match(await startPostgres({ dataDir: join(directory, 'p'), env: { DATABASE_URL } }), {
    url: DATABASE_URL,
    source: 'DATABASE_URL',
  });
  t.match(await startRedis({ dataDir: join(directory, 'r'), env: { REDIS_URL } }), {
    url: REDIS_URL,
    source: 'REDIS_URL',
  });
  t.same(readdirSync(directory), [], 'nothing is made');
});

test('A directory serves one main at a time', async (t) => {
  const directory = await createServerDirectory(t);
  const dataDir = join(directory, 'postgres');
  const first = await startPostgres({ dataDir, durable: false, env: {} });
  await t.rejects(startPostgres({ dataDir, durable: false, env: {} }), { message: /held by process/ });
  t.same(await query(first.url, 'select 1 as n'), [{ n: 1 }], 'the first is untouched');
  await first.stop();
});

test('The servers end when their main is killed with -9, and the next start finds the data', async (t) => {
  const directory = await createServerDirectory(t);
  const { main, urls } = await startMain(t, directory);
  await query(urls.postgres, 'create table kept (n int); insert into kept values (7)');
  main.kill('SIGKILL');
  await once(main, 'exit');
  const { main: next, urls: again } = await startMain(t, directory);
  t.same(again, urls, 'at once, on the same ports');
  t.same(await query(again.postgres, 'select n from kept'), [{ n: 7 }]);
  next.kill('SIGKILL');
  await waitFor('all processes to end', () => findProcesses(directory).length === 0);
  t.pass('nothing is left behind');
});

test('Servers that outlived main and supervisor are ended by the next start', async (t) => {
  const directory = await createServerDirectory(t);
  const { main, urls } = await startMain(t, directory);
  await query(urls.postgres, 'create table kept (n int); insert into kept values (7)');
  const supervisors = readdirSync('/proc').filter((pid) => {
    try {
      const parent = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[1];
      return Number(parent) === main.pid;
    } catch {
      return false;
    }
  });
  t.equal(supervisors.length, 2, 'one supervisor a server');
  for (const pid of supervisors) process.kill(Number(pid), 'SIGKILL');
  main.kill('SIGKILL');
  await once(main, 'exit');
  const { main: next, urls: again } = await startMain(t, directory);
  t.same(await query(again.postgres, 'select n from kept'), [{ n: 7 }]);
  next.kill('SIGKILL');
  await waitFor('all processes to end', () => findProcesses(directory).length === 0);
});

test('A database whose processes were all killed with -9 starts again', async (t) => {
  const directory = await createServerDirectory(t);
  const { main, urls } = await startMain(t, directory);
  await query(urls.postgres, 'create table kept (n int); insert into kept values (7)');
  for (const pid of [...findProcesses(directory), main.pid ?? 0]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // A process may end because its parent just did.
    }
  }
  const { main: next, urls: again } = await startMain(t, directory);
  t.same(await query(again.postgres, 'select n from kept'), [{ n: 7 }], 'from its write-ahead log');
  next.kill('SIGKILL');
  await waitFor('all processes to end', () => findProcesses(directory).length === 0);
});
