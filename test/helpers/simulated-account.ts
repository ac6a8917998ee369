// A simulator in process with one account of a simulated cloud, for tests that make provider calls without an engine.
import { join } from 'node:path';
import type { Test } from 'tap';
import { describeSimulatedAccount } from '../../services/domain/simulated-account.ts';
import { createAdminClient, type SimulatorAdmin } from '../../services/simulator/cli/admin-client.ts';
import { findSchema, findShapeFaults } from '../../services/simulator/clouds/schemas/schema.ts';
import type { KindTable } from '../../services/simulator/control-planes/kind.ts';
import { startSimulator, type Simulator } from '../../services/simulator/start-simulator.ts';
import { createTestDirectory } from './directory.ts';

type Values = Record<string, unknown>;
type Made = { id: string; outputs: Values; secrets: string[] };
type Failure = { code: string; message: string; retryable: boolean; partial?: Made };

/** A refusal by a simulated cloud. */
export class Refusal extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly partial: Made | undefined;

  constructor(failure: Failure) {
    super(failure.message);
    this.code = failure.code;
    this.retryable = failure.retryable;
    this.partial = failure.partial;
  }
}

/** Provider calls of one account. */
export type TestAccount = {
  simulator: Simulator;
  admin: SimulatorAdmin;
  account: string;
  token: string;
  dataDir: string;
  identity: ReturnType<typeof describeSimulatedAccount>;
  call<T = Values>(name: string, body: Values, signal?: AbortSignal): Promise<T>;
  make(type: string, inputs: Values, more?: Values): Promise<Made>;
  change(type: string, made: Made, inputs: Values): Promise<Made>;
  remove(type: string, id: string): Promise<void>;
  /** What Check finds wrong, as `property: reason`. */
  check(type: string, inputs: Values): Promise<string[]>;
};

/** Starts a simulator; `config` is the provider's configuration of every call. */
export async function createTestAccount(
  t: Test,
  options: {
    config?: Values;
    timeScale?: number;
    dataDir?: string;
    kinds?: KindTable;
    token?: string;
    now?: () => Date;
  } = {},
): Promise<TestAccount> {
  const dataDir = options.dataDir ?? join(await createTestDirectory(t), 'simulator');
  const { timeScale = 0, kinds, now } = options;
  const simulator = await startSimulator({ dataDir, timeScale, ...(kinds ? { kinds } : {}), ...(now ? { now } : {}) });
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await simulator.stop();
  };
  t.teardown(stop);
  const { token = 'account-token' } = options;
  const account = 'cr_test';
  const config = options.config ?? {};
  const call = async <T>(name: string, body: Values, signal?: AbortSignal): Promise<T> => {
    const response = await fetch(`${simulator.url}/v1/provider/${name}`, {
      method: 'POST',
      headers: { 'fleetyard-account': account, authorization: `Bearer ${token}` },
      body: JSON.stringify({ name: 'it', urn: 'urn:test', config, ...body }),
      ...(signal ? { signal } : {}),
    });
    const answer = (await response.json()) as T & { error?: Failure };
    if (answer.error) throw new Refusal(answer.error);
    return answer;
  };
  return {
    simulator: { ...simulator, stop },
    admin: createAdminClient(simulator),
    account,
    token,
    dataDir,
    identity: describeSimulatedAccount(account),
    call,
    make: async (type, inputs, more) => checkOutputs(type, await call<Made>('create', { type, inputs, ...more })),
    change: async (type, { id, outputs }, inputs) =>
      checkOutputs(type, await call<Made>('update', { type, id, state: outputs, inputs })),
    async remove(type, id) {
      await call('delete', { type, id });
    },
    async check(type, inputs) {
      const { failures } = await call<{ failures: { property: string; reason: string }[] }>('check', { type, inputs });
      return failures.map((failure) => `${failure.property}: ${failure.reason}`);
    },
  };
}

/** Whatever a test makes must answer in the shape that the official SDK declares. */
function checkOutputs(type: string, made: Made): Made {
  const provider = type.split(':')[0] as 'aws' | 'azure-native' | 'gcp';
  if (type.startsWith('kubernetes:')) return made;
  const shapes = findSchema(provider, type)?.outputs ?? {};
  const faults = findShapeFaults(made.outputs, shapes).filter((fault) => fault.kind !== 'missing');
  if (faults.length > 0) throw new Error(`${type} answers in a wrong shape: ${JSON.stringify(faults)}`);
  return made;
}
