import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { isAlive, tryLock, unlock, withLock } from '../../toolchain/lock.mjs';
import { createTestDirectory } from '../helpers/directory.ts';

const DEAD_PID = 2 ** 22 + 1;

test('A lock is free, then held, then free again', async (t) => {
  const path = join(await createTestDirectory(t), 'lock');
  t.equal(tryLock(path), undefined, 'the first takes it');
  t.equal(tryLock(path)?.pid, process.pid, 'the second learns who holds it');
  unlock(path);
  t.notOk(existsSync(path), 'giving it back removes it');
});

test('The lock of a dead process is taken over', async (t) => {
  const path = join(await createTestDirectory(t), 'lock');
  writeFileSync(path, JSON.stringify({ pid: DEAD_PID, started: '1' }));
  t.equal(tryLock(path), undefined);
});

test('The lock of an earlier process with the same pid is taken over', async (t) => {
  const path = join(await createTestDirectory(t), 'lock');
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: '1' }));
  t.equal(tryLock(path), undefined);
});

test('A lock that was cut off while it was written is taken over', async (t) => {
  const path = join(await createTestDirectory(t), 'lock');
  writeFileSync(path, '');
  t.equal(tryLock(path), undefined);
});

test('The lock of a process that was killed with -9 is taken over', async (t) => {
  const path = join(await createTestDirectory(t), 'lock');
  const program = `
    import { tryLock } from ${JSON.stringify(new URL('../../toolchain/lock.mjs', import.meta.url).href)};
    tryLock(${JSON.stringify(path)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  t.equal(tryLock(path)?.pid, holder.pid, 'while it lives, it holds the lock');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  t.equal(isAlive(holder.pid ?? 0), false);
  t.equal(tryLock(path), undefined, 'afterwards the lock is ours');
});

test('Of many that work under one lock only one works at a time', async (t) => {
  const path = join(await createTestDirectory(t), 'lock');
  writeFileSync(path, JSON.stringify({ pid: DEAD_PID, started: '1' }));
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, work, { everyMs: 1 })));
  t.equal(most, 1);
  t.notOk(existsSync(path));
});
