// Reads NDJSON from a pipe whose writer may be killed at any byte.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * Hands over each whole object and resolves at the pipe's end. A line that was cut off, or that nobody can use, is dropped: what it
 * would have said is missing, and its absence is what counts.
 */
export function readLines<T extends object>(pipe: Readable, take: (value: T) => void): Promise<void> {
  const lines = createInterface({ input: pipe });
  // Node passes a pipe's error on to its reader, and throws it when nobody there listens.
  lines.on('error', () => lines.close());
  pipe.on('error', () => undefined);
  lines.on('line', (line) => {
    const value = parseLine<T>(line);
    if (value !== undefined) take(value);
  });
  return new Promise((resolve) => lines.once('close', () => resolve()));
}

function parseLine<T extends object>(line: string): T | undefined {
  try {
    const value = JSON.parse(line) as T;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
