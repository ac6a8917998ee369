// Gives runners users of their own where that can be done, and says what remains where it can't.

import { spawn } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { openPassage, placeProgram } from '../engine/readable-places.ts';
import { runnerFlags } from '../engine/runner-environment.ts';
import { findObstacle, openRunnerUsers, type RunnerUsers, type UidRange } from '../engine/runner-users.ts';

/** Where the engine's parts lie. */
export type EnginePlaces = { binary: string; workDir: string; home: string; simulatedHome: string };

/** The places, as the users can reach them, and who hands the users out; nobody where that can't be. */
export type OpenedUsers = EnginePlaces & { users: RunnerUsers | undefined };

const runner = fileURLToPath(new URL('../engine/runner.ts', import.meta.url));
const warmUp = fileURLToPath(new URL('../engine/warm-up.ts', import.meta.url));
const plugin = fileURLToPath(new URL('../../plugins/simulated/main.ts', import.meta.url));

/** What everybody on the host is told who runs this without users. */
const remains =
  'runners and plugins have the user of this worker: what runs in a step could read the key file, this process and other steps';

/** Opens the users; `dataDir` is ours, so that its parts may be passed through. */
export async function openUsers(
  options: EnginePlaces & { dataDir: string; range: UidRange | undefined },
  logger: Logger,
): Promise<OpenedUsers> {
  const { dataDir, range, ...configured } = options;
  const without = (reason: string): OpenedUsers => {
    logger.warn({ reason }, remains);
    return { ...configured, users: undefined };
  };
  if (range === undefined) return without('FLEETYARD_RUNNER_UIDS is off');
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return without('only root on Linux may start processes of other users');
  // What lies in it is closed by itself; listing it is what nobody may.
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, 0o711);
  const places: EnginePlaces = {
    binary: await placeProgram(configured.binary),
    workDir: await openPassage(configured.workDir),
    home: await openPassage(configured.home),
    simulatedHome: await openPassage(configured.simulatedHome),
  };
  const { workDir, simulatedHome } = places;
  const caches = [join(workDir, 'compile-cache'), join(simulatedHome, 'compile-cache')];
  for (const folder of [workDir, join(workDir, 'steps'), join(workDir, 'kubeconfigs'), simulatedHome, places.home]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o711);
  }
  const obstacle = await findObstacle(range, [
    process.execPath,
    runner,
    plugin,
    places.binary,
    join(workDir, 'steps', '.'),
  ]);
  if (obstacle !== undefined) return without(obstacle);
  const flags = [runnerFlags, ['--disable-warning=ExperimentalWarning']];
  for (const [index, program] of [warmUp, plugin].entries())
    await compileInto(caches[index] ?? '', [...(flags[index] ?? []), program]);
  return { ...places, users: await openRunnerUsers({ range, workDir, caches }) };
}

/** Fills a cache beside everything else; a runner that comes before it is there is slower by that. */
async function compileInto(cache: string, command: readonly string[]): Promise<void> {
  await mkdir(cache, { recursive: true });
  await chmod(cache, 0o755);
  const child = spawn(process.execPath, command, {
    cwd: dirname(command.at(-1) ?? ''),
    env: { NODE_COMPILE_CACHE: cache },
    stdio: 'ignore',
  });
  child.on('error', () => undefined);
  child.unref();
}
