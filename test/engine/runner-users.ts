// Hardening 11: what runs in a step has a user of its own, who reaches neither keys nor the worker nor another step.
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import { installSimulatedHome } from '../../plugins/simulated/install-home.ts';
import { placeProgram } from '../../services/engine/readable-places.ts';
import { findObstacle, openRunnerUsers, type RunnerUsers } from '../../services/engine/runner-users.ts';
import { runStep, type EngineStep } from '../../services/engine/run-step.ts';
import { findMarkedProcesses, killStepProcesses } from '../../services/engine/processes.ts';
import { createEngineBench } from '../helpers/engine-steps.ts';
import { getTestPulumi } from '../helpers/pulumi.ts';

const range = { first: 60_600, last: 60_609 };
const skip = (await findObstacle(range, [process.execPath])) ?? false;
const never = new AbortController().signal;

/** A worker's folder with a key, as a start leaves it. */
async function openPlace(t: Test) {
  const directory = await mkdtemp(join(tmpdir(), 'fleetyard-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await chmod(directory, 0o711);
  const [keyFile, workDir] = [join(directory, 'master.key'), join(directory, 'work')];
  await writeFile(keyFile, 'the key\n', { mode: 0o600 });
  for (const folder of [workDir, join(workDir, 'steps')]) await mkdir(folder, { mode: 0o711 });
  const users = await openRunnerUsers({ range, workDir, caches: [] });
  return { directory, keyFile, workDir, users };
}

async function openStep(workDir: string, users: RunnerUsers, stepKey: string) {
  const folder = join(workDir, 'steps', stepKey);
  await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o700 });
  const user = await users.take(stepKey);
  await writeFile(join(folder, 'secret'), 'of this step', { mode: 0o600 });
  await user.own(folder);
  return { folder, user, stepKey };
}

type Opened = Awaited<ReturnType<typeof openStep>>;

/** Runs a script as the step's runner; what it hands to `end` comes back. */
async function runScript({ folder, user, stepKey }: Opened, script: string, change: Partial<EngineStep> = {}) {
  const program = join(folder, 'runner.mjs');
  await writeFile(
    program,
    `import { readFileSync, readdirSync, writeSync, writeFileSync } from 'node:fs';
    process.stdin.resume().on('end', () => process.exit(70));
    const attempt = (work) => { try { return String(work()); } catch (error) { return error.code; } };
    const end = (outputs) => {
      writeSync(4, JSON.stringify({ type: 'verdict', verdict: { outcome: 'succeeded', outputs, changes: {} } }) + '\\n');
      process.exit(0);
    };
    ${script}`,
  );
  await chmod(program, 0o644);
  return runStep({
    stepKey,
    request: { workDir: folder, pulumi: { home: folder } } as EngineStep['request'],
    temporaryDir: join(folder, 'tmp'),
    access: { simulated: true, variables: { CLOUD_SECRET: 'hush' } },
    user,
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

test('hardening 11: a runner reads neither the key, nor the worker, nor another step', { skip }, async (t) => {
  const { keyFile, workDir, users } = await openPlace(t);
  const [mine, other] = [await openStep(workDir, users, 'op_1.1'), await openStep(workDir, users, 'op_2.1')];
  t.not(mine.user.uid, other.user.uid, 'each step has a user of its own');
  const waiting = new AbortController();
  const beside = runScript(other, 'setInterval(() => undefined, 1000);', { killSignal: waiting.signal });
  let [neighbour] = await findMarkedProcesses((key) => key === 'op_2.1');
  while (neighbour === undefined) [neighbour] = await findMarkedProcesses((key) => key === 'op_2.1');
  const verdict = await runScript(
    mine,
    `end({
      uid: process.getuid(), groups: process.getgroups().join(), home: process.env.HOME,
      own: attempt(() => readFileSync(${JSON.stringify(join(mine.folder, 'secret'))})),
      key: attempt(() => readFileSync(${JSON.stringify(keyFile)})),
      worker: attempt(() => readFileSync('/proc/${process.pid}/environ')),
      memory: attempt(() => readFileSync('/proc/${process.pid}/maps')),
      other: attempt(() => readFileSync(${JSON.stringify(join(other.folder, 'secret'))})),
      neighbour: attempt(() => readFileSync('/proc/${neighbour}/environ')),
      steps: attempt(() => readdirSync(${JSON.stringify(join(workDir, 'steps'))})),
      claim: attempt(() => writeFileSync(${JSON.stringify(join(workDir, 'users', '60600'))}, 'mine')),
      kill: attempt(() => process.kill(${process.pid}, 0)),
    });`,
  );
  t.match(verdict, { outcome: 'succeeded' });
  const outputs = 'outputs' in verdict ? verdict.outputs : {};
  t.match(outputs, { uid: mine.user.uid, home: mine.folder, own: 'of this step', kill: 'EPERM' });
  t.same(String(outputs['groups']), String(mine.user.gid), 'and none of the groups of root');
  for (const what of ['key', 'worker', 'memory', 'other', 'neighbour', 'steps', 'claim'])
    t.match(outputs[what], /^(EACCES|EPERM)$/, what);
  t.match(await readFile(`/proc/${neighbour}/environ`, 'utf8'), 'CLOUD_SECRET', 'while the worker may look');
  waiting.abort();
  t.match(await beside, { outcome: 'died' }, 'and end it');
});

test(
  'hardening 11: what hides from its marker ends with the step, and the number is free again',
  { skip },
  async (t) => {
    const { workDir, users } = await openPlace(t);
    const step = await openStep(workDir, users, 'op_3.1');
    const verdict = await runScript(
      step,
      `const { spawn } = await import('node:child_process');
    const hidden = spawn('sleep', ['600'], { env: {}, detached: true, stdio: 'ignore' });
    hidden.unref();
    end({ pid: hidden.pid });`,
    );
    const pid = 'outputs' in verdict ? Number(verdict.outputs['pid']) : 0;
    t.ok(pid > 0);
    await step.user.release();
    await t.rejects(stat(`/proc/${pid}/cwd/.`), { code: 'ENOENT' });
    const taken = [];
    for (let index = 0; index < 10; index += 1) taken.push(await openStep(workDir, users, `op_4.${index}`));
    t.equal(new Set(taken.map(({ user }) => user.uid)).size, 10);
    await t.rejects(users.take('op_5.1'), /all 10 users/);
    await rm(taken[3]?.folder ?? '', { recursive: true });
    const late = await users.take('op_5.1');
    t.equal(late.uid, taken[3]?.user.uid, 'a step whose folder was swept holds nothing');
  },
);

test(
  "hardening 11: a runner that its worker doesn't feed ends itself, as a user of its own too",
  { skip },
  async (t) => {
    const { workDir, users } = await openPlace(t);
    const step = await openStep(workDir, users, 'op_6.1');
    const switched = new URL('../../services/engine/processes.ts', import.meta.url).href;
    const verdict = await runScript(
      step,
      `const { killStepProcesses } = await import(${JSON.stringify(switched)});
    const { spawn } = await import('node:child_process');
    spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
    await killStepProcesses(process.env.FLEETYARD_STEP);
    process.exit(70);`,
    );
    t.match(verdict, { outcome: 'died', detail: /code 70/ });
    t.equal(await killStepProcesses('op_6.1'), 0, 'with everything that it had started');
  },
);

test('hardening 11: the engine, its plugins and their caches work for such a user', { skip }, async (t) => {
  const { directory, workDir, users } = await openPlace(t);
  const bench = await createEngineBench(t);
  const shared = join(directory, 'plugins-home');
  await installSimulatedHome({ home: shared, node: process.execPath });
  const step = await openStep(workDir, users, 'op_7.1');
  const binary = await placeProgram(await getTestPulumi());
  const state = join(step.folder, 'state');
  const home = join(step.folder, 'home');
  for (const folder of [state, home]) await mkdir(folder);
  await symlink(join(shared, 'plugins'), join(home, 'plugins'));
  await step.user.own(step.folder);
  const verdict = await bench.run('up', {
    user: step.user,
    temporaryDir: join(step.folder, 'tmp'),
    place: { workDir: step.folder, pulumi: { binary, home }, backendUrl: `file://${state}` },
  });
  t.match(verdict, { outcome: 'succeeded' }, JSON.stringify(verdict));
  t.equal((await stat(join(state, '.pulumi'))).uid, step.user.uid);
});
