// The processes of this run's steps, by the marker in their environment: runner, CLI and plugins.
import { readdir, readFile } from 'node:fs/promises';
import { stepMarker } from '../../../services/engine/processes.ts';
import type { Program } from '../faults.ts';

/** A process of a step. */
export type StepProcess = { pid: number; stepKey: string; program: Program };

/** Every process of a step whose environment names the run's folder; other runs on this machine have steps, too. */
export async function listStepProcesses(directory: string): Promise<StepProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => readStepProcess(pid, directory)));
  return found.filter((each) => each !== undefined).toSorted((a, b) => a.pid - b.pid);
}

async function readStepProcess(pid: string, directory: string): Promise<StepProcess | undefined> {
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const environment = (await read('environ')).split('\0');
  const stepKey = environment.find((each) => each.startsWith(`${stepMarker}=`))?.slice(stepMarker.length + 1);
  if (stepKey === undefined || !environment.some((each) => each.includes(directory))) return undefined;
  const command = (await read('cmdline')).split('\0');
  return { pid: Number(pid), stepKey, program: nameProgram(command) };
}

function nameProgram(command: string[]): Program {
  if (command.some((word) => word.endsWith('/engine/runner.ts'))) return 'runner';
  return /(^|\/)pulumi$/.test(command[0] ?? '') ? 'cli' : 'plugin';
}

/** Sends a signal to a process that may be gone. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
