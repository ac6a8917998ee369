// Processor time of this process and of its ended children: what a step costs, however busy the machine is.

import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Seconds so far; of children only those that have ended and were waited for, and theirs. */
export function readProcessorSeconds(): number {
  const text = readFileSync('/proc/self/stat', 'utf8');
  // The name may hold spaces; what follows it are fields 3 and up: user and system time, own and of children.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) / ticksPerSecond;
}
