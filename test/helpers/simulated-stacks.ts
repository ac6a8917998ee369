// Runs the real stack programs under the real engine on simulated clouds, for the tests of programs and simulator together.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalWorkspace, PulumiCommand, type OpMap, type Stack } from '@pulumi/pulumi/automation/index.js';
import type { Test } from 'tap';
import { describeSimulatedAccount } from '../../services/domain/simulated-account.ts';
import { createAdminClient, type SimulatorAdmin } from '../../services/simulator/cli/admin-client.ts';
import { installSimulatedHome } from '../../plugins/simulated/install-home.ts';
import { startSimulator, type Simulator } from '../../services/simulator/start-simulator.ts';
import { createTestDirectory } from './directory.ts';
import { getTestPulumi } from './pulumi.ts';

/** A simulator with an account, and a way to make stacks on it. */
export type SimulatedBench = {
  simulator: Simulator;
  admin: SimulatorAdmin;
  account: string;
  token: string;
  identity: ReturnType<typeof describeSimulatedAccount>;
  directory: string;
  openStack(name: string, program: () => Promise<Record<string, unknown>>): Promise<Stack>;
};

/** Starts a simulator for one test. */
export async function createSimulatedBench(t: Test, { timeScale = 0 } = {}): Promise<SimulatedBench> {
  const directory = await createTestDirectory(t);
  const simulator = await startSimulator({ dataDir: join(directory, 'simulator'), timeScale });
  t.teardown(() => simulator.stop());
  const [account, token] = ['cr_test', 'account-token'];
  const home = join(directory, 'home');
  await installSimulatedHome({ home, node: process.execPath });
  await mkdir(join(directory, 'state'));
  const root = dirname(dirname(await getTestPulumi()));
  const envVars = {
    PULUMI_BACKEND_URL: `file://${join(directory, 'state')}`,
    PULUMI_CONFIG_PASSPHRASE: 'test',
    PULUMI_SKIP_UPDATE_CHECK: '1',
    PULUMI_IGNORE_AMBIENT_PLUGINS: '1',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '1',
    FLEETYARD_SIMULATOR_URL: simulator.url,
    FLEETYARD_SIMULATOR_ACCOUNT: account,
    FLEETYARD_SIMULATOR_TOKEN: token,
  };
  return {
    simulator,
    admin: createAdminClient(simulator),
    account,
    token,
    identity: describeSimulatedAccount(account),
    directory,
    async openStack(stackName, program) {
      const workDir = join(directory, stackName);
      await mkdir(workDir, { recursive: true });
      const pulumiCommand = await PulumiCommand.get({ root, skipVersionCheck: true });
      const options = { workDir, pulumiHome: home, pulumiCommand, envVars };
      return LocalWorkspace.createOrSelectStack({ stackName, projectName: 'fleetyard', program }, options);
    },
  };
}

/** What a run did, without what it left as it was. */
export function countChanges(changes: OpMap | undefined): OpMap {
  return Object.fromEntries(Object.entries(changes ?? {}).filter(([op]) => op !== 'same'));
}
