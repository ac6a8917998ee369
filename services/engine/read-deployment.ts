// Reads the deployment of a stack out of Pulumi's state: runs no program, starts no plugin, takes no lock, opens no secret.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hideSecrets } from './hide-secrets.ts';
import { projectName } from './project-name.ts';
import { buildRunnerEnvironment } from './runner-environment.ts';

const run = promisify(execFile);
/** A state that does not answer for so long is not read. */
const timeoutMs = 60_000;
const largest = 256 * 1024 * 1024;

/** The deployment of a stack, its secrets sealed; an empty one when there is no such stack. Throws the CLI's own words. */
export async function readDeployment(options: {
  binary: string;
  home: string;
  backendUrl: string;
  workDir: string;
  environment: Record<string, string | undefined>;
  stackName: string;
}): Promise<unknown> {
  // Nothing is to be fetched for this, whichever cloud the stack is of.
  const access = { simulated: true, variables: { PULUMI_BACKEND_URL: options.backendUrl } };
  const env = buildRunnerEnvironment({ base: options.environment, stepKey: 'read', home: options.home, access });
  const stack = `organization/${projectName}/${options.stackName}`;
  try {
    const { stdout } = await run(options.binary, ['stack', 'export', '--stack', stack, '--non-interactive'], {
      env,
      cwd: options.workDir,
      timeout: timeoutMs,
      maxBuffer: largest,
    });
    return JSON.parse(stdout);
  } catch (error) {
    const text = (error as { stderr?: string }).stderr ?? String(error);
    if (/no stack named/i.test(text)) return { version: 3, deployment: {} };
    throw new Error(`Pulumi's state of ${options.stackName}: ${hideSecrets(text.trim(), options.backendUrl)}`);
  }
}
