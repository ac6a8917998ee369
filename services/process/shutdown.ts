// Ends a process in order: phases with a time each, one deadline for all, and a second signal that forces the end.

import type { Logger } from 'pino';

/** One phase of the end. */
export type Phase = {
  name: string;
  /** After this it is left behind, and the next one begins; what it waits for may never answer. Until the deadline when not said. */
  seconds?: number;
  run: () => Promise<void>;
};

/** What ends, and how long it may take. */
export type Shutdown = {
  phases: readonly Phase[];
  /** The deadline for all phases together. */
  seconds: number;
  log: Pick<Logger, 'debug' | 'info' | 'error'>;
  exit: (code: number) => void;
};

/** Runs the phases in turn; one that fails or takes too long does not keep the next one from running. The code says whether all went well. */
export async function shutDown({ phases, seconds, log, exit }: Shutdown, reason: string): Promise<void> {
  log.info({ reason }, 'shutting down');
  const deadline = setTimeout(() => {
    log.error({ seconds }, 'the shutdown took too long');
    exit(1);
  }, seconds * 1000);
  let code = 0;
  for (const phase of phases) {
    try {
      await runPhase(phase);
      log.debug({ phase: phase.name }, 'phase ended');
    } catch (error) {
      code = 1;
      log.error({ err: error, phase: phase.name }, 'phase failed');
    }
  }
  clearTimeout(deadline);
  log.info({ code }, 'stopped');
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

async function runPhase({ name, seconds, run }: Phase): Promise<void> {
  if (seconds === undefined) return run();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the phase "${name}" took more than ${seconds} s`)), seconds * 1000);
  });
  try {
    await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
