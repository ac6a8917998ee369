// Finds, ends and proves the death of every process of a step, by the marker that each inherits in its environment.

import { readdir, readFile } from 'node:fs/promises';

/** The variable that marks every process of a step: the runner, the Pulumi CLI and the plugins it starts. */
export const stepMarker = 'FLEETYARD_STEP';

/** The marker's value for one claim of an operation; the fence tells a late runner from the one that took over. */
export function stepKeyOf(operationId: string, fence: bigint | number): string {
  return `${operationId}.${fence}`;
}

function markerIn(environment: string): string | undefined {
  const prefix = `${stepMarker}=`;
  return environment
    .split('\0')
    .find((variable) => variable.startsWith(prefix))
    ?.slice(prefix.length);
}

/**
 * The environment of a process; none when it is gone, or is not ours to read. A step's processes have the user and the rights of their
 * worker, which may always read them: what may not be read is no step of this worker, and of one that ran as somebody else no more is
 * known than of one on another host. Any other error proves nothing, and is thrown.
 */
async function readEnvironment(pid: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/environ`, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return '';
    throw error;
  }
}

/** The step that a process belongs to, if to any. */
export async function readStepKey(pid: string): Promise<string | undefined> {
  return markerIn(await readEnvironment(pid));
}

/**
 * Process ids on this host whose marker satisfies `isWanted`. The CLI gives each plugin a process group of its own, so
 * neither group nor parent finds them all. Zombies have an empty environment and do not count.
 */
export async function findMarkedProcesses(isWanted: (stepKey: string) => boolean): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found: number[] = [];
  // One after the other: a host may have more processes than this one may open files, and none must be missed for that.
  for (const name of names) {
    const stepKey = await readStepKey(name);
    if (stepKey !== undefined && isWanted(stepKey)) found.push(Number(name));
  }
  return found;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Rounds of looking and killing before giving up, and the pause between them: two seconds in all. */
const rounds = 100;
const pauseMilliseconds = 20;

async function killMarked(isWanted: (stepKey: string) => boolean): Promise<number> {
  const seen = new Set<number>();
  for (let round = 0; round < rounds; round += 1) {
    // A CLI that dies may still have started a plugin, hence the look again after each round.
    const pids = await findMarkedProcesses(isWanted);
    if (pids.length === 0) return seen.size;
    for (const pid of pids) {
      seen.add(pid);
      killQuietly(pid);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  throw new Error(`processes survived SIGKILL: ${[...seen].join(', ')}`);
}

/** Kills every process of one step on this host, and returns how many there were once none is left. Throws when some survive. */
export function killStepProcesses(stepKey: string): Promise<number> {
  return killMarked((key) => key === stepKey);
}

/**
 * Kills every process that an earlier claim of the operation left on this host, whatever its fence: the proof of death before an
 * interrupted operation goes on. Throws when some survive.
 */
export function killOperationProcesses(operationId: string): Promise<number> {
  return killMarked((key) => key.startsWith(`${operationId}.`));
}
