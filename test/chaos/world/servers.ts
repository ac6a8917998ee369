// PostgreSQL and Redis of a chaos run: each behind a gate, and able to be restarted on its port.
import { join } from 'node:path';
import { startPostgres } from '../../../toolchain/postgres.mjs';
import { startRedis } from '../../../toolchain/redis.mjs';
import { openGate, type Gate } from './gate.ts';

/** A server behind its gate. */
export type Server = {
  /** Its URL without the gate, for the judge. */
  direct: string;
  gate: Gate;
  /** Ends it, and starts it again on its data and its port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

// What the surrounding run has set must not hand out its own servers.
const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '' };

/** Starts PostgreSQL; what is written survives a restart, though not the end of the machine. */
export function startDatabase(directory: string): Promise<Server> {
  return startBehindGate(() => startPostgres({ dataDir: join(directory, 'postgres'), durable: false, env }));
}

/** Starts Redis; it keeps its data over a restart. */
export function startQueue(directory: string): Promise<Server> {
  return startBehindGate(() => startRedis({ dataDir: join(directory, 'redis'), appendonly: true, env }));
}

async function startBehindGate(start: () => Promise<{ url: string; stop(): Promise<void> }>): Promise<Server> {
  let running = await start();
  const gate = await openGate(running.url);
  // One after another: two restarts at once would fight for the directory.
  let turn = Promise.resolve();
  return {
    direct: running.url,
    gate,
    restart() {
      turn = turn.then(async () => {
        await running.stop();
        running = await start();
      });
      return turn;
    },
    async stop() {
      await turn;
      await gate.close();
      await running.stop();
    },
  };
}
