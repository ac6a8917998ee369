// Whether the CLI is of one version with the SDK: asked once by a worker, so that no step has to.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const run = promisify(execFile);
const load = createRequire(import.meta.url);

/** What is wrong with the version of the CLI; undefined when nothing is. */
export async function findVersionFault(binary: string): Promise<string | undefined> {
  const { version } = load('@pulumi/pulumi/package.json') as { version: string };
  const environment = { PATH: '/usr/bin:/bin', PULUMI_SKIP_UPDATE_CHECK: '1' };
  try {
    const { stdout } = await run(binary, ['version'], { env: environment });
    return stdout.trim() === `v${version}` ? undefined : `it is ${stdout.trim()} and the SDK is v${version}`;
  } catch {
    return 'it does not say its version';
  }
}
