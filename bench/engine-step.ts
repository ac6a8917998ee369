// Times one engine step on the simulated clouds: a first `up`, an `up` that changes nothing, and a destroy of a network.
// Run: node_modules/.bin/node bench/engine-step.ts [rounds]. Prints medians and their ratios to the unchanged `up`, all of one run.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStep } from '../services/engine/run-step.ts';
import type { EngineAction } from '../services/engine/step-request.ts';
import { installSimulatedHome } from '../plugins/simulated/install-home.ts';
import { startSimulator } from '../services/simulator/start-simulator.ts';
import { createStackSalt } from '../services/vault/stack-settings.ts';
import type { NetworkInputs } from '../stacks/contract.ts';
import { startPostgres } from '../toolchain/postgres.mjs';
import { findPulumi } from '../toolchain/pulumi.mjs';

const rounds = Number(process.argv[2] ?? 5);
const folder = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
const { binary } = await findPulumi({});
const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
const simulator = await startSimulator({ dataDir: join(folder, 'simulator'), timeScale: 0 });
const home = join(folder, 'home');
await installSimulatedHome({ home, node: process.execPath });
const passphrase = 'bench';
const salt = await createStackSalt(passphrase);
const never = new AbortController().signal;

function buildInputs(round: number): NetworkInputs {
  const cluster = `cl_${String(round).padStart(26, '0')}`;
  return {
    identity: { project: 'pr_bench', cluster, clusterName: 'bench', operation: 'op_bench', tags: {} },
    account: { accountId: '111122223333' },
    region: 'eu-central-1',
    zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    nodeCidr: '10.0.0.0/20',
    podCidr: '100.64.0.0/18',
    serviceCidr: '172.20.0.0/20',
  };
}

async function time(round: number, action: EngineAction): Promise<number> {
  const begin = performance.now();
  const verdict = await runStep({
    stepKey: `bench-${process.pid}-${round}.1`,
    request: {
      action,
      provider: 'eks',
      layer: 'network',
      inputs: buildInputs(round),
      stack: { name: `bench-${round}`, passphrase, salt },
      pulumi: { binary, home },
      backendUrl: `${postgres.url}?sslmode=disable`,
      workDir: folder,
      recover: false,
      doubtful: [],
      settlePauseMilliseconds: 100,
    },
    temporaryDir: folder,
    access: {
      simulated: true,
      variables: {
        FLEETYARD_SIMULATOR_URL: simulator.url,
        FLEETYARD_SIMULATOR_ACCOUNT: 'cr_bench',
        FLEETYARD_SIMULATOR_TOKEN: 'bench',
      },
    },
    baseEnvironment: { PATH: '/usr/bin:/bin', HOME: folder, NODE_COMPILE_CACHE: join(folder, 'compile-cache') },
    onEvent: () => undefined,
    onSnapshot: async () => undefined,
    onDoubtful: async () => undefined,
    cancelSignal: never,
    killSignal: never,
    getDeadline: () => Number.MAX_SAFE_INTEGER,
    aliveMilliseconds: 60_000,
    cancelGrace: 60_000,
  });
  if (verdict.outcome !== 'succeeded') throw new Error(`${action}: ${JSON.stringify(verdict)}`);
  return (performance.now() - begin) / 1000;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  const seconds = { create: [] as number[], unchanged: [] as number[], destroy: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    seconds.create.push(await time(round, 'up'));
    seconds.unchanged.push(await time(round, 'up'));
    seconds.destroy.push(await time(round, 'destroy'));
  }
  const base = median(seconds.unchanged);
  for (const [name, values] of Object.entries(seconds)) {
    const middle = median(values);
    const ratio = (middle / base).toFixed(2);
    process.stdout.write(`${name.padEnd(10)} ${middle.toFixed(2)} s  ×${ratio}  (35 resources, ${rounds} rounds)\n`);
  }
} finally {
  await simulator.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
