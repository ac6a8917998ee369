import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'tap';
import { installSimulatedHome } from '../../../plugins/simulated/install-home.ts';
import { createTestDirectory } from '../../helpers/directory.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`a plugin ends at ${signal}: the engine waits five seconds for one that does not`, async (t) => {
    const home = await createTestDirectory(t);
    await installSimulatedHome({ home, node: process.execPath });
    const plugin = spawn(join(home, 'plugins/resource-aws-v7.48.0/pulumi-resource-aws'), [], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...process.env,
        FLEETYARD_SIMULATOR_URL: 'http://127.0.0.1:1',
        FLEETYARD_SIMULATOR_ACCOUNT: 'a',
        FLEETYARD_SIMULATOR_TOKEN: 't',
      },
    });
    t.teardown(() => plugin.kill('SIGKILL'));
    await once(plugin.stdout, 'data');
    plugin.kill(signal);
    t.same(await once(plugin, 'exit'), [0, null]);
  });
}
