import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test, type Test } from 'tap';
import {
  findMarkedProcesses,
  killOperationProcesses,
  killStepProcesses,
  stepKeyOf,
  stepMarker,
} from '../../../services/engine/processes.ts';

const run = promisify(execFile);

/** A process that waits for ever, marked as one of a step, with a child of its own in another process group. */
async function startMarked(t: Test, stepKey: string): Promise<ChildProcess> {
  const nested = `require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }); console.log('up'); setInterval(() => {}, 1e6)`;
  const child = spawn(process.execPath, ['-e', nested], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, [stepMarker]: stepKey },
  });
  t.teardown(() => killStepProcesses(stepKey));
  await once(child.stdout!, 'data');
  return child;
}

test('a step is killed with everything it started, in whatever process group', async (t) => {
  const stepKey = stepKeyOf(`op_test${process.pid}a`, 1);
  const child = await startMarked(t, stepKey);
  t.equal((await findMarkedProcesses((key) => key === stepKey)).length, 2);
  const closed = once(child, 'close');
  t.equal(await killStepProcesses(stepKey), 2);
  t.same(await findMarkedProcesses((key) => key === stepKey), []);
  const [, signal] = await closed;
  t.equal(signal, 'SIGKILL');
});

test('killing an operation spares another operation whose id begins alike', async (t) => {
  const operation = `op_test${process.pid}b`;
  await startMarked(t, stepKeyOf(operation, 1));
  await startMarked(t, stepKeyOf(operation, 2));
  const other = stepKeyOf(`${operation}x`, 1);
  await startMarked(t, other);
  t.equal(await killOperationProcesses(operation), 4);
  t.equal((await findMarkedProcesses((key) => key === other)).length, 2);
});

test('no process is missed because this one may open few files', async (t) => {
  const stepKey = stepKeyOf(`op_test${process.pid}c`, 1);
  const wanted = 120;
  const many = spawn('sh', ['-c', `for i in $(seq ${wanted - 1}); do sleep 1000 & done; echo up; wait`], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, [stepMarker]: stepKey },
  });
  t.teardown(() => killStepProcesses(stepKey));
  await once(many.stdout, 'data');
  const file = fileURLToPath(new URL('../../../services/engine/processes.ts', import.meta.url));
  const program = `import { findMarkedProcesses } from ${JSON.stringify(file)};
    console.log((await findMarkedProcesses((key) => key === ${JSON.stringify(stepKey)})).length);`;
  const { stdout } = await run('sh', [
    '-c',
    'ulimit -n 64; exec "$0" --input-type=module -e "$1"',
    process.execPath,
    program,
  ]);
  t.equal(Number(stdout), wanted);
});
