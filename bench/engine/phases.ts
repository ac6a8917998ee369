// Times single processes that a step consists of, each by itself.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runnerFlags } from '../../services/engine/runner-environment.ts';
import type { BenchPlace } from './place.ts';

const run = promisify(execFile);
const loaded = fileURLToPath(new URL('./load-program.ts', import.meta.url));
const plugin = fileURLToPath(new URL('../../plugins/simulated/main.ts', import.meta.url));
const quiet = '--disable-warning=ExperimentalWarning';

async function time(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** Seconds of each phase; the export needs the folder of a plain `up`. */
export async function timePhases(place: BenchPlace): Promise<Record<string, number>> {
  const { folder, binary, home, backendUrl, variables, stack } = place;
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: '1',
    PULUMI_CONFIG_PASSPHRASE: stack.passphrase,
    PULUMI_BACKEND_URL: backendUrl,
    ...variables,
  };
  const cwd = join(folder, 'plain');
  const exported = ['stack', 'export', '--show-secrets', '--stack', stack.name, '--non-interactive'];
  return {
    'pulumi version': await time(() => run(binary, ['version'], { env, cwd })),
    'stack export': await time(() => run(binary, exported, { env, cwd, maxBuffer: 2 ** 26 })),
    'Node start': await time(() => run(process.execPath, ['-e', '0'], { env })),
    'program load': await time(() => run(process.execPath, [...runnerFlags, loaded], { env })),
    'plugin start': await time(() => startPlugin(env)),
  };
}

/** Until it has told its port. */
async function startPlugin(env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [quiet, plugin, 'aws'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  child.kill('SIGKILL');
}
