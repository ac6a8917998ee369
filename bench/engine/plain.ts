// The same program without Fleetyard: the Automation API's own create-or-select and `up`, in this process, which has loaded everything already.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalWorkspace, PulumiCommand, type Stack } from '@pulumi/pulumi/automation/index.js';
import { getProgram } from '../../stacks/registry.ts';
import type { BenchPlace } from './place.ts';

/** Selects the stack of the place, runs `up`, and returns the stack. */
export async function runPlain(place: BenchPlace): Promise<Stack> {
  const { folder, binary, home, backendUrl, variables, stack: settings, inputs } = place;
  const workDir = join(folder, 'plain');
  await mkdir(workDir, { recursive: true });
  const program = await getProgram('eks', 'network');
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: settings.name, projectName: 'fleetyard', program: async () => program(inputs) },
    {
      workDir,
      pulumiHome: home,
      pulumiCommand: await PulumiCommand.get({ root: join(binary, '../..') }),
      projectSettings: { name: 'fleetyard', runtime: 'nodejs' },
      stackSettings: { [settings.name]: { encryptionSalt: settings.salt } },
      envVars: {
        ...variables,
        PULUMI_CONFIG_PASSPHRASE: settings.passphrase,
        PULUMI_BACKEND_URL: backendUrl,
        PULUMI_SKIP_UPDATE_CHECK: '1',
        PULUMI_IGNORE_AMBIENT_PLUGINS: '1',
      },
    },
  );
  await stack.up();
  return stack;
}

/** The one call of the CLI that works, without what surrounds it. */
export async function runUpAlone(stack: Stack): Promise<void> {
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  await stack.up();
}
