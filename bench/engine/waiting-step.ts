// How much memory a step takes while its cloud takes its time: a NAT gateway that is made in a hundred seconds.

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { findMarkedProcesses } from '../../services/engine/processes.ts';
import { openBenchPlace } from './place.ts';

/** Megabytes of one process: its share of what it has in common with others counted, and what is its own alone. */
export type ProcessSize = { name: 'runner' | 'cli' | 'plugin'; proportional: number; own: number };

/** Quiet for so long, a step waits for its cloud. */
const quietMilliseconds = 6_000;

/** Runs a step until nothing happens any more, and weighs it. */
export async function weighWaitingStep(): Promise<ProcessSize[]> {
  const place = await openBenchPlace({ timeScale: 1 });
  const ending = new AbortController();
  let heard = performance.now();
  let begun = false;
  try {
    const stepping = place.runStep('up', {
      killSignal: ending.signal,
      onEvent: (event) => {
        heard = performance.now();
        begun ||= event.type === 'resource';
      },
    });
    stepping.catch(() => undefined);
    while (!begun || performance.now() - heard < quietMilliseconds) await delay(200);
    const pids = await findMarkedProcesses((key) => key.startsWith(`bench-${process.pid}-`));
    const sizes = await Promise.all(pids.map(weigh));
    ending.abort();
    await stepping;
    return sizes;
  } finally {
    await place.close();
  }
}

async function weigh(pid: number): Promise<ProcessSize> {
  const [command, rollup] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
    readFile(`/proc/${pid}/smaps_rollup`, 'utf8'),
  ]);
  const read = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
  const name = command.includes('plugins/') ? 'plugin' : command.includes('/pulumi\0') ? 'cli' : 'runner';
  return { name, proportional: read('Pss'), own: read('Private_Clean') + read('Private_Dirty') };
}
