// The local control planes of this run: their processes, by the marker in their environment, and their folders.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findMarkedProcesses } from '../../../services/simulator/control-planes/local/marked-processes.ts';

/** A process of a local control plane. */
export type ControlPlaneProcess = { pid: number; program: string; controlPlane: string };

const locate = (directory: string): string => join(directory, 'simulator', 'control-planes');

/** Every such process, the oldest first. */
export async function listControlPlaneProcesses(directory: string): Promise<ControlPlaneProcess[]> {
  const pids = await findMarkedProcesses(locate(directory));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [program = ''] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return { pid, program: basename(program), controlPlane: basename(folder) };
    }),
  );
  return found.toSorted((a, b) => a.pid - b.pid);
}

/** What there is of control planes, of which clusters that are gone leave nothing. */
export async function listControlPlanes(directory: string): Promise<string[]> {
  const folders = await readdir(locate(directory)).catch(() => []);
  const processes = await listControlPlaneProcesses(directory);
  return [...folders, ...processes.map(({ program, pid }) => `${program} ${pid}`)];
}
