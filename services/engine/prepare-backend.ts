// Makes the tables of Pulumi's state database before the first step needs them.

import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hideSecrets } from './hide-secrets.ts';
import { buildRunnerEnvironment } from './runner-environment.ts';

const run = promisify(execFile);
const attempts = 5;

/**
 * Opens the state database once with the CLI, which makes its table when it is missing. Several CLIs that do so at once fail each
 * other: PostgreSQL's `create table if not exists` is not safe against itself. Throws the CLI's own error.
 */
export async function prepareBackend(options: {
  binary: string;
  home: string;
  backendUrl: string;
  environment: Record<string, string | undefined>;
}): Promise<void> {
  // Nothing is to be fetched for this, whichever clouds the worker serves.
  const access = { simulated: true, variables: { PULUMI_BACKEND_URL: options.backendUrl } };
  const env = buildRunnerEnvironment({ base: options.environment, stepKey: 'prepare', home: options.home, access });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run(options.binary, ['whoami', '--non-interactive'], { env });
      return;
    } catch (error) {
      const text = (error as { stderr?: string }).stderr ?? String(error);
      // Another worker was doing the same; the table is there by now.
      if (!text.includes('23505') || attempt === attempts) {
        throw new Error(`Pulumi's state database: ${hideSecrets(text.trim(), options.backendUrl)}`);
      }
      await delay(200 * attempt);
    }
  }
}
