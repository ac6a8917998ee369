// The same program without Fleetyard: the Automation API's own create-or-select and `up`.

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LocalWorkspace, PulumiCommand, type Stack } from '@pulumi/pulumi/automation/index.js';
import { getProgram } from '../../stacks/registry.ts';
import type { BenchPlace } from './place.ts';

/** What a plain script has to know. */
export type PlainPlace = Omit<BenchPlace, 'runStep' | 'close'>;

const run = promisify(execFile);
const script = fileURLToPath(new URL('./plain-script.ts', import.meta.url));

/** Selects the stack of the place, runs `up`, and returns the stack. */
export async function runPlain(place: PlainPlace): Promise<Stack> {
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

/** The same in a process of its own, as a step is one. */
export async function runPlainScript({ runStep: _step, close: _close, ...place }: BenchPlace): Promise<void> {
  const env = { PATH: '/usr/bin:/bin', HOME: place.folder, NODE_COMPILE_CACHE: join(place.folder, 'compile-cache') };
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', script, JSON.stringify(place)], { env });
}

/** The one call of the CLI that works, without what surrounds it. */
export async function runUpAlone(stack: Stack): Promise<void> {
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  await stack.up();
}
