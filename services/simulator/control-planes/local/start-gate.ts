// Lets few control planes start at once: each wants more than a core, and all of them would be late together.
import { availableParallelism } from 'node:os';

/** Does the work when it is its turn. */
export type StartGate = <T>(work: () => Promise<T>) => Promise<T>;

const LEAST = 2;

/** Makes a gate that lets so many through at once. */
export function createStartGate(most = Math.max(LEAST, availableParallelism())): StartGate {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async (work) => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // Whoever comes next takes the place over.
      if (next) next();
      else inside -= 1;
    }
  };
}
