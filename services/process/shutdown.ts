// Ends the process in order: phases with one deadline for all, and a second signal that forces the end.

import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

/** One phase of the end. */
export type Phase = { name: string; run: () => Promise<void> };

/** What ends, and how long it may take. */
export type Shutdown = {
  phases: readonly Phase[];
  seconds: number;
  log: FastifyBaseLogger;
  exit: (code: number) => void;
};

/** Runs the phases in turn; a phase that fails does not keep the next one from running. */
export async function shutDown({ phases, seconds, log, exit }: Shutdown, reason: string): Promise<void> {
  log.info({ reason }, 'shutting down');
  const deadline = setTimeout(() => {
    log.error({ seconds }, 'the shutdown took too long');
    exit(1);
  }, seconds * 1000);
  let code = 0;
  for (const { name, run } of phases) {
    try {
      await run();
      log.debug({ phase: name }, 'phase ended');
    } catch (error) {
      code = 1;
      log.error({ err: error, phase: name }, 'phase failed');
    }
  }
  clearTimeout(deadline);
  log.info('stopped');
  exit(code);
}

/** Shuts down at the first SIGTERM or SIGINT, and at once at the second. */
export function shutDownOnSignals(shutdown: Shutdown): void {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) shutdown.exit(signal === 'SIGINT' ? 130 : 143);
      asked = true;
      void shutDown(shutdown, signal);
    });
  }
}

const idleCheckMs = 50;

/** Takes no more requests and waits for those under way; connections that fall idle meanwhile are closed, not waited for. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  const timer = setInterval(() => app.server.closeIdleConnections(), idleCheckMs);
  try {
    await app.close();
  } finally {
    clearInterval(timer);
  }
}
