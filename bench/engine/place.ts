// Where benches of the engine run their steps: a PostgreSQL, the simulated clouds, a home of plugins and a folder, all of this run alone.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { installSimulatedHome } from '../../plugins/simulated/install-home.ts';
import { readKnownState, stateKeyOf } from '../../services/engine/known-state.ts';
import { runStep, type EngineStep } from '../../services/engine/run-step.ts';
import type { EngineAction } from '../../services/engine/step-request.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { createStackSalt } from '../../services/vault/stack-settings.ts';
import type { NetworkInputs } from '../../stacks/contract.ts';
import { startPostgres } from '../../toolchain/postgres.mjs';
import { findPulumi } from '../../toolchain/pulumi.mjs';

/** The stack that a bench works on. */
export type BenchStack = { name: string; passphrase: string; salt: string };

/** What is different about a step; a number makes it one of another cluster. */
type StepChange = Partial<EngineStep> & { cluster?: number };

/** The place, until it is closed. */
export type BenchPlace = {
  folder: string;
  binary: string;
  home: string;
  backendUrl: string;
  /** What reaches the simulated clouds. */
  variables: Record<string, string>;
  stack: BenchStack;
  inputs: NetworkInputs;
  /** Runs one step of a network of EKS; throws when it does not succeed, unless it may be killed. */
  runStep(action: EngineAction, change?: StepChange): Promise<void>;
  close(): Promise<void>;
};

const never = new AbortController().signal;
const passphrase = 'bench';

const buildInputs = (cluster: number): NetworkInputs => ({
  identity: {
    project: 'pr_bench',
    cluster: `cl_${String(cluster).padStart(26, '0')}`,
    clusterName: 'bench',
    operation: 'op_bench',
    tags: {},
  },
  account: { accountId: '111122223333' },
  region: 'eu-central-1',
  zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
  nodeCidr: '10.0.0.0/20',
  podCidr: '100.64.0.0/18',
  serviceCidr: '172.20.0.0/20',
});

/** Opens it; `timeScale` says how long the clouds take, as a share of real time. */
export async function openBenchPlace({ timeScale = 0 }: { timeScale?: number } = {}): Promise<BenchPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
  const { binary } = await findPulumi({});
  const server = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  const simulator = await startSimulator({ dataDir: join(folder, 'simulator'), timeScale });
  const home = join(folder, 'home');
  await installSimulatedHome({ home, node: process.execPath });
  const stack = { name: 'bench', passphrase, salt: await createStackSalt(passphrase) };
  const variables = {
    FLEETYARD_SIMULATOR_URL: simulator.url,
    FLEETYARD_SIMULATOR_ACCOUNT: 'cr_bench',
    FLEETYARD_SIMULATOR_TOKEN: 'bench',
  };
  const place = {
    folder,
    binary,
    home,
    backendUrl: `${server.url}?sslmode=disable`,
    variables,
    stack,
    inputs: buildInputs(0),
  };
  // As a worker reads it when it opens the state for a lease.
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  const readKnown = async (name: string) => {
    const [table] = await sql`select to_regclass('pulumi_state') is not null as found`;
    if (table?.['found'] !== true) return undefined;
    const key = `${new URL(server.url).pathname.slice(1)}/${stateKeyOf(name)}`;
    const [row] = await sql`select data ->> 'data' as bytes from pulumi_state where key = ${key}`;
    return readKnownState(row === undefined ? null : Buffer.from(String(row['bytes']), 'base64').toString('utf8'));
  };
  let round = 0;
  return {
    ...place,
    async runStep(action, { cluster = 0, ...change } = {}) {
      round += 1;
      const workDir = join(folder, `step-${round}`);
      await mkdir(workDir);
      const step = describeStep(place, { action, workDir, round });
      const name = cluster === 0 ? stack.name : `${stack.name}-${cluster}`;
      const known = await readKnown(name);
      const request = {
        ...step.request,
        inputs: buildInputs(cluster),
        stack: { ...stack, name },
        ...(known === undefined ? {} : { known }),
      };
      const verdict = await runStep({ ...step, request, ...change });
      if (verdict.outcome !== 'succeeded' && change.killSignal === undefined)
        throw new Error(`${action}: ${JSON.stringify(verdict)}`);
    },
    async close() {
      await sql.end();
      await simulator.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function describeStep(
  { folder, binary, home, backendUrl, variables, stack }: Omit<BenchPlace, 'runStep' | 'close'>,
  { action, workDir, round }: { action: EngineAction; workDir: string; round: number },
): EngineStep {
  return {
    stepKey: `bench-${process.pid}-${round}.1`,
    request: {
      action,
      provider: 'eks',
      layer: 'network',
      inputs: buildInputs(0),
      stack,
      pulumi: { binary, home },
      backendUrl,
      workDir,
      recover: false,
      doubtful: [],
      settlePauseMilliseconds: 100,
    },
    temporaryDir: workDir,
    access: { simulated: true, variables },
    baseEnvironment: { PATH: '/usr/bin:/bin', HOME: folder, NODE_COMPILE_CACHE: join(folder, 'compile-cache') },
    onEvent: () => undefined,
    onSnapshot: async () => undefined,
    onDoubtful: async () => undefined,
    cancelSignal: never,
    killSignal: never,
    getDeadline: () => Number.MAX_SAFE_INTEGER,
    aliveMilliseconds: 60_000,
    cancelGrace: 60_000,
  };
}
