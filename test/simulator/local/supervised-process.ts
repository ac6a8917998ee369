// A program that is kept running: it comes back, it goes when it is told to, and what never stays is a failure.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import { MARKER } from '../../../services/simulator/control-planes/local/marked-processes.ts';
import { ProcessGroup } from '../../../services/simulator/control-planes/local/process-group.ts';
import { createTestDirectory } from '../../helpers/directory.ts';
import { waitFor } from '../../helpers/wait.ts';

async function open(t: Test) {
  const folder = await createTestDirectory(t);
  const failures: string[] = [];
  const group = new ProcessGroup(folder, (reason) => failures.push(reason));
  t.teardown(() => group.stop({ hard: true }));
  const start = (name: string, script: string, vital = false) =>
    group.start({ name, program: '/bin/sh', args: ['-c', script], vital, environment: { GREETING: 'hello' } });
  const awaitPid = (name: string, other?: number) =>
    waitFor(`the process ${name}`, () => group.list().find((each) => each.name === name && each.pid !== other)?.pid);
  return { folder, group, failures, start, awaitPid };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a program that is killed comes back, with its own environment and nothing of ours', async (t) => {
  const { folder, group, failures, start, awaitPid } = await open(t);
  await start('sleeper', 'env > "$HOME/env"; exec sleep 600', true);
  const first = await awaitPid('sleeper');
  process.kill(first, 'SIGKILL');
  const second = await awaitPid('sleeper', first);
  t.ok(isRunning(second));
  const environment = await waitFor('its environment', () =>
    readFile(join(folder, 'env'), 'utf8').catch(() => undefined),
  );
  const names = environment.split('\n').map((line) => line.split('=')[0]);
  t.same(
    new Set(names.filter((name) => !['', '_', 'PWD', 'SHLVL', 'OLDPWD'].includes(name ?? ''))),
    new Set(['GREETING', 'HOME', 'TMPDIR', MARKER]),
  );
  await group.stop();
  t.notOk(isRunning(second));
  t.same(group.list(), []);
  t.same(failures, [], 'to be killed is no failure of its own');
});

test('a vital program that does not stay fails with its last words, and takes the others along', async (t) => {
  const { group, failures, start, awaitPid } = await open(t);
  await start('other', 'exec sleep 600');
  const other = await awaitPid('other');
  await start('broken', 'echo "the store is corrupt"; exit 3', true);
  await waitFor('the failure', () => failures.length > 0);
  t.match(failures, [/^broken does not stay \(exit code 3\): the store is corrupt$/]);
  t.equal(group.failure, failures[0]);
  t.notOk(isRunning(other));
});

test('a program that is not vital is tried again and again', async (t) => {
  const { folder, failures, start } = await open(t);
  await start('restless', 'echo once more; exit 1');
  const readLog = () => readFile(join(folder, 'logs', 'restless.log'), 'utf8').catch(() => '');
  await waitFor('three ends', async () => (await readLog()).split('\n').length > 3);
  t.same(failures, []);
});

test('a program that does not listen is killed when its grace is over', async (t) => {
  const { folder, group, start, awaitPid } = await open(t);
  await start('deaf', "trap '' TERM; echo deaf; while :; do sleep 1; done");
  const pid = await awaitPid('deaf');
  const log = join(folder, 'logs', 'deaf.log');
  await waitFor('its deafness', async () => (await readFile(log, 'utf8').catch(() => '')) !== '');
  const begun = performance.now();
  await group.stop();
  t.ok(performance.now() - begun > 1_500, 'it was asked first');
  t.notOk(isRunning(pid));
});
