// One API or worker of a chaos run: a process that can be killed, stopped and continued, and that comes back as under a supervisor.
import { setTimeout as delay } from 'node:timers/promises';
import { startChildService, type ChildService } from '../../../services/quickstart/child-service.ts';

/** A process and what comes after it. */
export type ServiceProcess = {
  name: string;
  readonly pid: number;
  /** Starts it anew when it is not running. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when it does not end within the grace; says how it ended. */
  stop(): Promise<string>;
};

/** How it is started, and who is told when it ends by itself. */
export type ServiceOptions = {
  name: string;
  main: string;
  environment: Record<string, string>;
  logFile: string;
  onUnexpectedEnd(detail: string): void;
};

const restartMs = 1_000;

/** Starts the process. */
export async function startServiceProcess(options: ServiceOptions): Promise<ServiceProcess> {
  let current: ChildService | undefined;
  let wanted: 'running' | 'gone' = 'running';
  const signal = (name: NodeJS.Signals): void => {
    if (current === undefined) return;
    try {
      process.kill(current.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const start = async (): Promise<void> => {
    if (current !== undefined) return;
    wanted = 'running';
    const child = await startChildService(options);
    current = child;
    void child.ended.then(({ detail }) => {
      if (current !== child) return;
      current = undefined;
      if (wanted !== 'running') return;
      options.onUnexpectedEnd(`${options.name} ended with ${detail}`);
      void delay(restartMs).then(() => (wanted === 'running' ? start() : undefined));
    });
  };
  await start();
  return {
    name: options.name,
    get pid() {
      return current?.pid ?? 0;
    },
    start,
    signal,
    async kill() {
      wanted = 'gone';
      const { ended } = current ?? {};
      signal('SIGKILL');
      await ended;
      current = undefined;
    },
    async stop() {
      wanted = 'gone';
      if (current === undefined) return 'not running';
      const child = current;
      signal('SIGCONT');
      await child.stop();
      current = undefined;
      return (await child.ended).detail;
    },
  };
}
