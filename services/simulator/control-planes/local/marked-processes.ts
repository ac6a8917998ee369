// Finds and ends the processes of control planes by the marker that each has in its environment: no other process has it, whatever its name or number.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** The variable that holds the folder of the control plane that a process belongs to. */
export const MARKER = 'FLEETYARD_CONTROL_PLANE';

const ROUNDS = 250;
const PAUSE_MS = 20;

/** Process ids of control planes whose folder is this one, or lies in it. Zombies have no environment and do not count. */
export async function findMarkedProcesses(folder: string): Promise<number[]> {
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  // One after the other: a host may have more processes than this one may open files.
  for (const name of names) {
    const marker = await readMarker(name);
    if (marker === folder || marker?.startsWith(`${folder}/`)) found.push(Number(name));
  }
  return found;
}

/** Kills them until none is left; returns how many there were. */
export async function killMarkedProcesses(folder: string): Promise<number> {
  const seen = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const pids = await findMarkedProcesses(folder);
    if (pids.length === 0) return seen.size;
    for (const pid of pids) {
      seen.add(pid);
      killQuietly(pid);
    }
    await delay(PAUSE_MS);
  }
  throw new Error(`processes of ${folder} survived SIGKILL: ${[...seen].join(', ')}`);
}

async function readMarker(pid: string): Promise<string | undefined> {
  // What is gone, or not ours to read, is none of ours.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const prefix = `${MARKER}=`;
  return environment
    .split('\0')
    .find((variable) => variable.startsWith(prefix))
    ?.slice(prefix.length);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
