// Lets requests with one `Idempotency-Key` go one after the other inside of a process: who comes while the first is served waits for its
// answer, without a session of the database.

import { answerContext, type IdempotencyScope, refuseHeld } from '../../store/idempotency.ts';

/** The keys of requests that are being served. */
export type KeysUnderWay = {
  /** Runs when nobody else with the key does; throws `idempotency-in-flight` when that takes too long. */
  run<T>(scope: IdempotencyScope, work: () => Promise<T>): Promise<T>;
};

/** Makes it for one process; between processes the lock of the key in the database does the same. */
export function createKeysUnderWay(patienceMs = 3_000): KeysUnderWay {
  const running = new Map<string, Promise<void>>();
  return {
    async run(scope, work) {
      const name = answerContext(scope);
      const until = performance.now() + patienceMs;
      for (let other = running.get(name); other !== undefined; other = running.get(name)) {
        await waitUntil(other, until);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      running.set(name, promise);
      try {
        return await work();
      } finally {
        running.delete(name);
        resolve();
      }
    },
  };
}

async function waitUntil(other: Promise<void>, until: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(refuseHeld()), until - performance.now());
  try {
    await Promise.race([other, late]);
  } finally {
    clearTimeout(timer);
  }
}
