// How much memory steps take while their clouds take their time: NAT gateways that are made in a hundred seconds.

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { findMarkedProcesses } from '../../services/engine/processes.ts';
import { openBenchPlace } from './place.ts';

/** Megabytes of one process: with its share of what it has in common with others, such as its program, and without. */
export type ProcessSize = { name: 'runner' | 'cli' | 'plugin'; proportional: number; anonymous: number };

/** Quiet for so long, a step waits for its cloud. */
const quietMilliseconds = 6_000;

/** Runs so many steps at once until nothing happens any more, and weighs their processes. */
export async function weighWaitingSteps(count: number): Promise<ProcessSize[]> {
  const place = await openBenchPlace({ timeScale: 1 });
  const ending = new AbortController();
  const begun = new Set<number>();
  let heard = performance.now();
  const step = async (cluster: number): Promise<void> => {
    const onEvent = (): void => {
      heard = performance.now();
      begun.add(cluster);
    };
    await place.runStep('up', { cluster, killSignal: ending.signal, onEvent });
  };
  try {
    // The first step on a state makes its table.
    const first = step(1);
    while (begun.size === 0) await delay(200);
    const steps = [first, ...Array.from({ length: count - 1 }, (_, index) => step(index + 2))];
    while (begun.size < count || performance.now() - heard < quietMilliseconds) await delay(200);
    const pids = await findMarkedProcesses((key) => key.startsWith(`bench-${process.pid}-`));
    const sizes = await Promise.all(pids.map(weigh));
    ending.abort();
    await Promise.all(steps);
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
  const name = command.includes('/plugins/') ? 'plugin' : command.includes('/pulumi\0') ? 'cli' : 'runner';
  return { name, proportional: read('Pss'), anonymous: read('Pss_Anon') };
}
