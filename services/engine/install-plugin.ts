// Fetches an official plugin before a step needs it: a step that has a user of its own may read plugins, and writes none.

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildRunnerEnvironment } from './runner-environment.ts';

const run = promisify(execFile);
const load = createRequire(import.meta.url);

/** Plugins by cloud; what a cluster holds is Kubernetes' own. */
const plugins: Readonly<Record<string, string>> = {
  aws: 'aws',
  azure: 'azure-native',
  gcp: 'gcp',
  kubernetes: 'kubernetes',
};

/** Installs the plugin of a cloud into the home, in the version of its SDK, unless it is there. Throws the CLI's own words. */
export async function installPlugin(options: {
  cloud: string;
  binary: string;
  home: string;
  environment: Record<string, string | undefined>;
}): Promise<void> {
  const { cloud, binary, home, environment } = options;
  const name = plugins[cloud];
  if (name === undefined) return;
  const { version } = load(`@pulumi/${name}/package.json`) as { version: string };
  const folder = join(home, 'plugins', `resource-${name}-v${version}`);
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const access = { simulated: false, variables: {} };
  const env = buildRunnerEnvironment({ base: environment, stepKey: 'plugins', home, access });
  await run(binary, ['plugin', 'install', 'resource', name, version, '--non-interactive'], { env });
}
