// How much of a processor the servers of a bench used: on a machine that others use too, times alone tell little.

import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of a processor by the name of the program, for every living process that this one or a child of it started. */
export function readProcessorTimes(): Map<string, number> {
  const processes = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readProcess(name) : []));
  const ours = new Set([process.pid]);
  for (let before = 0; before < ours.size;) {
    before = ours.size;
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
  }
  const times = new Map<string, number>();
  for (const { pid, name, milliseconds } of processes) {
    if (ours.has(pid)) times.set(name, (times.get(name) ?? 0) + milliseconds);
  }
  return times;
}

function readProcess(directory: string): { pid: number; parent: number; name: string; milliseconds: number }[] {
  try {
    const text = readFileSync(`/proc/${directory}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    const fields = text.slice(end + 2).split(' ');
    const pid = Number(directory);
    const name = pid === process.pid ? 'clients' : text.slice(text.indexOf('(') + 1, end);
    return [{ pid, parent: Number(fields[1]), name, milliseconds: (Number(fields[11]) + Number(fields[12])) * 10 }];
  } catch {
    // It ended meanwhile.
    return [];
  }
}
