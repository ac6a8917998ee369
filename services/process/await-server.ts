// What a main does at its start while a server that it needs is away: it waits for a while, and says so.

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** What is waited for, and how long. */
export type Waiting = {
  /** For people. */
  server: string;
  /** After so many seconds the last failure is thrown. */
  seconds: number;
  /** Whether a failure says that the server is away; any other one is thrown at once. */
  isAway: (error: unknown) => boolean;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds between two attempts. */
  pause?: number;
};

/** Said again after so long. */
const repeatSeconds = 30;

/** Does what needs the server as soon as that is there. */
export async function awaitServer<T>(
  { server, seconds, isAway, log, pause = 500 }: Waiting,
  attempt: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  let said: number | undefined;
  for (;;) {
    try {
      const result = await attempt();
      if (said !== undefined) log.info({ server }, 'the server is there');
      return result;
    } catch (error) {
      const waited = (performance.now() - started) / 1000;
      if (!isAway(error) || waited >= seconds) throw error;
      if (said === undefined || waited - said >= repeatSeconds) {
        said = waited;
        log.warn(
          { server, secondsLeft: Math.round(seconds - waited), err: error },
          'waiting for a server that is away',
        );
      }
    }
    await delay(pause);
  }
}
