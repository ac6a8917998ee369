import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import { readMonotonicClock } from '../../../services/engine/monotonic-clock.ts';
import { runStep, type EngineStep } from '../../../services/engine/run-step.ts';
import { killStepProcesses } from '../../../services/engine/processes.ts';
import type { StepVerdict } from '../../../services/engine/step-request.ts';
import { createTestDirectory } from '../../helpers/directory.ts';

const never = new AbortController().signal;
let steps = 0;

/** Runs a step whose runner is a script: `say(value)` writes a message, `hear(line)` resolves when the worker sends such a line. */
async function runScript(t: Test, script: string, change: Partial<EngineStep> = {}): Promise<StepVerdict> {
  const directory = await createTestDirectory(t);
  const program = join(directory, 'runner.mjs');
  await writeFile(
    program,
    `import { writeSync } from 'node:fs';
    import { createInterface } from 'node:readline';
    const lines = [];
    const input = createInterface({ input: process.stdin });
    input.on('line', (line) => lines.push(line));
    input.on('close', () => process.exit(70));
    const say = (value) => writeSync(4, typeof value === 'string' ? value : JSON.stringify(value) + '\\n');
    const hear = async (start) => {
      while (!lines.some((line) => line.startsWith(start))) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const end = (verdict) => { say({ type: 'verdict', verdict }); process.exit(0); };
    ${script}`,
  );
  steps += 1;
  return runStep({
    stepKey: `script-${process.pid}.${steps}`,
    request: { workDir: directory, pulumi: { home: directory } } as EngineStep['request'],
    temporaryDir: directory,
    access: { simulated: true, variables: {} },
    baseEnvironment: process.env,
    onEvent: () => undefined,
    onSnapshot: async () => undefined,
    onDoubtful: async () => undefined,
    cancelSignal: never,
    killSignal: never,
    getDeadline: () => 1e12,
    aliveMilliseconds: 20,
    cancelGrace: 1000,
    program,
    ...change,
  });
}

test('finding 8: a runner that is killed while it hands its snapshot over died, and nothing throws', async (t) => {
  const snapshots: unknown[] = [];
  const verdict = await runScript(
    t,
    `say('{"type":"snapshot","deployment":{"resources":[' + '{"urn":"x"},'.repeat(3000));
    process.kill(process.pid, 'SIGKILL');`,
    { onSnapshot: async (deployment) => void snapshots.push(deployment) },
  );
  t.match(verdict, { outcome: 'died', detail: /SIGKILL/ });
  t.same(snapshots, [], 'half a snapshot is none');
});

test('finding 4: what is in doubt is stored in its order, before the runner goes on', async (t) => {
  const stored: number[] = [];
  let atWork = 0;
  const verdict = await runScript(
    t,
    `say({ type: 'doubtful', creations: [1] });
    say({ type: 'doubtful', creations: [1, 2] });
    await hear('kept');
    end({ outcome: 'cancelled', settled: false });`,
    {
      async onDoubtful(creations) {
        atWork += 1;
        // Both lines are read by now.
        await new Promise((resolve) => setImmediate(resolve));
        t.equal(atWork, 1, 'one at a time');
        atWork -= 1;
        stored.push(creations.length);
      },
    },
  );
  t.match(verdict, { outcome: 'cancelled' });
  t.same(stored, [1, 2]);
});

test('findings 2 and 4: a verdict on what could not be stored does not count', async (t) => {
  const refuse = async (): Promise<void> => {
    throw new Error('the database is away');
  };
  const settled = `end({ outcome: 'failed', settled: true, failure: {} });`;
  const doubtful = `say({ type: 'doubtful', creations: [] }); ${settled}`;
  t.match(await runScript(t, doubtful, { onDoubtful: refuse }), { outcome: 'died' });
  const snapshot = `say({ type: 'snapshot', deployment: {} }); await hear('go'); ${settled}`;
  t.match(await runScript(t, snapshot, { onSnapshot: refuse }), { outcome: 'died', detail: /code 70/ });
});

test('finding 6: the runner hears how long the lease lasts, at its start and again and again', async (t) => {
  const begin = readMonotonicClock();
  let told = begin + 60_000;
  const verdict = await runScript(
    t,
    `await hear('{');
    const { deadline } = JSON.parse(lines[0]);
    await hear('alive');
    const later = Number(lines.find((line) => line.startsWith('alive')).slice(6));
    end({ outcome: 'succeeded', outputs: { deadline, later }, changes: {} });`,
    { getDeadline: () => (told += 1) },
  );
  t.match(verdict, { outcome: 'succeeded', outputs: { deadline: begin + 60_001 } });
  if (verdict.outcome !== 'succeeded') return;
  t.ok(Number(verdict.outputs['later']) > Number(verdict.outputs['deadline']));
});

const known = { exists: true, deployment: { version: 3, deployment: { resources: [] } } };
const opened = { backendUrl: 'postgres://own@127.0.0.1/state', known };
const reportRequest = `const request = JSON.parse(lines[0] ?? await new Promise((resolve) => input.once('line', resolve)));`;

test('a runner starts before its state is open, and is asked once it is', async (t) => {
  let open: (state: typeof opened) => void = () => undefined;
  const state = new Promise<typeof opened>((resolve) => (open = resolve));
  const snapshots: unknown[] = [];
  const verdict = await runScript(
    t,
    `writeSync(3, JSON.stringify({ type: 'planned', planned: 1 }) + '\\n');
    ${reportRequest}
    await hear('go');
    end({ outcome: 'succeeded', outputs: { request, first: lines[0] }, changes: {} });`,
    {
      state,
      // It lives already; only now there is something that it could act on.
      onEvent: () => open(opened),
      onSnapshot: async (deployment) => void snapshots.push(deployment),
    },
  );
  t.match(verdict, { outcome: 'succeeded', outputs: { request: { backendUrl: opened.backendUrl, known } } });
  t.same(snapshots, [known.deployment], 'the state that it was told was stored before the word to go');
});

test('what was told and could not be stored ends the runner before it goes', async (t) => {
  const verdict = await runScript(
    t,
    `${reportRequest}
    await hear('go');
    end({ outcome: 'succeeded', outputs: {}, changes: {} });`,
    { state: Promise.resolve(opened), onSnapshot: () => Promise.reject(new Error('the lease is lost')) },
  );
  t.match(verdict, { outcome: 'died', detail: /code 70/ });
});

test('a runner whose state cannot be opened is ended, and the step fails with the reason', async (t) => {
  const state = new Promise<typeof opened>((_, reject) => setTimeout(() => reject(new Error('no login')), 200));
  await t.rejects(runScript(t, 'await hear("never");', { state }), { message: 'no login' });
  t.equal(await killStepProcesses(`script-${process.pid}.${steps}`), 0, 'nothing of it is left');
});

test('a cancel before the runner was asked is told after the request, and a kill at once', async (t) => {
  let open: (state: typeof opened) => void = () => undefined;
  const state = new Promise<typeof opened>((resolve) => (open = resolve));
  const cancelling = new AbortController();
  const verdict = await runScript(
    t,
    `writeSync(3, JSON.stringify({ type: 'planned', planned: 1 }) + '\\n');
    await hear('cancel');
    end({ outcome: 'succeeded', outputs: { first: JSON.parse(lines[0]).backendUrl }, changes: {} });`,
    {
      state,
      cancelSignal: cancelling.signal,
      onEvent() {
        cancelling.abort();
        setTimeout(() => open(opened), 100);
      },
    },
  );
  t.match(verdict, { outcome: 'succeeded', outputs: { first: opened.backendUrl } });

  const killing = new AbortController();
  const killed = await runScript(t, `writeSync(3, '{"type":"planned","planned":1}\\n'); await hear('never');`, {
    state: new Promise((_, reject) => killing.signal.addEventListener('abort', () => reject(new Error('too late')))),
    killSignal: killing.signal,
    onEvent: () => killing.abort(),
  });
  t.match(killed, { outcome: 'died', detail: 'the lease was lost' });
});
