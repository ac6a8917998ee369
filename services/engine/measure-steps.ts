// How much memory the steps of this host take: runner, CLI and plugins together.

import { readdir, readFile } from 'node:fs/promises';
import { readStepKey } from './processes.ts';

const kilobytesPerMegabyte = 1024;

/** Megabytes of each step by its key. What processes share is counted once among them all, so that sums are true. */
export async function measureSteps(): Promise<Map<string, number>> {
  const taken = new Map<string, number>();
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const stepKey = await readStepKey(pid);
    if (stepKey === undefined) continue;
    taken.set(stepKey, (taken.get(stepKey) ?? 0) + (await readProportionalSize(pid)));
  }
  return taken;
}

/** Zero for one that is gone, or that the kernel does not tell about. */
async function readProportionalSize(pid: string): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? 0 : Number(kilobytes) / kilobytesPerMegabyte;
}
