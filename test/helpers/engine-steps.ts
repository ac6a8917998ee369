// Runs single engine steps on a simulated EKS network as a worker does, with a CLI that a test can interfere with.
import { chmod, mkdir, rm, writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { DoubtfulCreate } from '../../services/engine/pending-creates.ts';
import { findMarkedProcesses } from '../../services/engine/processes.ts';
import { runStep, type EngineStep } from '../../services/engine/run-step.ts';
import type { EngineAction, RunnerEvent, StepVerdict } from '../../services/engine/step-request.ts';
import { createAdminClient, type SimulatorAdmin } from '../../services/simulator/cli/admin-client.ts';
import { installSimulatedHome } from '../../plugins/simulated/install-home.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { createStackSalt } from '../../services/vault/stack-settings.ts';
import type { NetworkInputs } from '../../stacks/contract.ts';
import { createTestDirectory } from './directory.ts';
import { getTestPulumi } from './pulumi.ts';

/** The bench of one stack, which keeps its health as a worker's store would. */
export type EngineBench = {
  simulator: SimulatorAdmin;
  account: string;
  /** What is kept with the stack. */
  health: { unsettled: boolean; doubtful: DoubtfulCreate[] };
  events: RunnerEvent[];
  run(
    action: EngineAction,
    change?: { inputs?: Partial<NetworkInputs>; place?: Partial<EngineStep['request']> } & Partial<EngineStep>,
  ): Promise<StepVerdict>;
  /** Runs a line of shell before the CLI's command, `$PPID` being the runner; undefined takes it away. */
  onCall(command: string, line: string | undefined): Promise<void>;
  /** The processes of the CLI that are at work now. */
  findEngines(): Promise<number[]>;
  /** Every process of every step so far. */
  findProcesses(): Promise<number[]>;
};

const account = 'cr_bench';
const never = new AbortController().signal;

/** A CLI that looks for a line to run first. */
async function wrapPulumi(directory: string): Promise<string> {
  const binary = join(directory, 'wrapped/bin/pulumi');
  await mkdir(join(directory, 'wrapped/bin'), { recursive: true });
  const hook = `'${directory}'/on-"$1"`;
  await writeFile(binary, `#!/bin/sh\n[ -f ${hook} ] && . ${hook}\nexec '${await getTestPulumi()}' "$@"\n`);
  await chmod(binary, 0o755);
  return binary;
}

const defaultInputs: NetworkInputs = {
  identity: { project: 'pr_1', cluster: `cl_${'0'.repeat(26)}`, clusterName: 'one', operation: 'op_1', tags: {} },
  account: { accountId: '111122223333' },
  region: 'eu-central-1',
  zones: ['eu-central-1a', 'eu-central-1b'],
  nodeCidr: '10.0.0.0/20',
  podCidr: '100.64.0.0/18',
  serviceCidr: '172.20.0.0/20',
};

/** Starts a simulator and makes the bench. */
export async function createEngineBench(t: Test): Promise<EngineBench> {
  const directory = await createTestDirectory(t);
  const simulator = await startSimulator({ dataDir: join(directory, 'simulator'), timeScale: 0 });
  t.teardown(() => simulator.stop());
  const home = join(directory, 'home');
  await installSimulatedHome({ home, node: process.execPath });
  for (const name of ['state', 'work', 'tmp']) await mkdir(join(directory, name));
  const binary = await wrapPulumi(directory);
  const stack = { name: 'one', passphrase: 'phrase', salt: await createStackSalt('phrase') };
  const marker = `bench-${process.pid}-${account}`;
  let round = 0;
  const bench: EngineBench = {
    simulator: createAdminClient(simulator),
    account,
    health: { unsettled: false, doubtful: [] },
    events: [],
    async run(action, { inputs = {}, place = {}, ...change } = {}) {
      round += 1;
      const { health } = bench;
      const verdict = await runStep({
        stepKey: `${marker}.${round}`,
        request: {
          action,
          provider: 'eks',
          layer: 'network',
          inputs: { ...defaultInputs, ...inputs },
          stack,
          pulumi: { binary, home },
          backendUrl: `file://${join(directory, 'state')}`,
          workDir: join(directory, 'work'),
          recover: health.unsettled,
          doubtful: health.doubtful,
          settlePauseMilliseconds: 200,
          ...place,
        },
        temporaryDir: join(directory, 'tmp'),
        access: {
          simulated: true,
          variables: {
            FLEETYARD_SIMULATOR_URL: simulator.url,
            FLEETYARD_SIMULATOR_ACCOUNT: account,
            FLEETYARD_SIMULATOR_TOKEN: 'bench-token',
          },
        },
        baseEnvironment: { PATH: process.env['PATH'], HOME: directory, NODE_COMPILE_CACHE: join(directory, 'cache') },
        onEvent: (event) => void bench.events.push(event),
        onSnapshot: async () => void (health.unsettled = true),
        onDoubtful: async (creations) => void (health.doubtful = creations),
        cancelSignal: never,
        killSignal: never,
        getDeadline: () => Number.MAX_SAFE_INTEGER,
        aliveMilliseconds: 1000,
        cancelGrace: 60_000,
        ...change,
      });
      if (verdict.outcome === 'succeeded' || ('settled' in verdict && verdict.settled)) {
        bench.health = { unsettled: false, doubtful: [] };
      }
      return verdict;
    },
    async onCall(command, line) {
      const hook = join(directory, `on-${command}`);
      await (line === undefined ? rm(hook, { force: true }) : writeFile(hook, `${line}\n`));
    },
    async findEngines() {
      const pids = await bench.findProcesses();
      const names = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')));
      return pids.filter((_, index) => names[index]?.trim() === 'pulumi');
    },
    findProcesses: () => findMarkedProcesses((key) => key.startsWith(`${marker}.`)),
  };
  return bench;
}
