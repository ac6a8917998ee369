// A store whose worker dies at one of its writes: before the commit, so that nothing of it stands, or right after it.
import type { Store, Work } from '../../../services/store/open-store.ts';
import type { Tx } from '../../../services/store/transaction.ts';

/** When the worker dies; counted from 1 over the units of work that write. */
export type DeathAt = { write: number; side: 'before' | 'after' };

/** The store of a worker that may die. */
export type MortalStore = {
  store: Store;
  /** Units of work that wrote so far. */
  writes(): number;
  /** Nothing of this worker reaches the database from now on. */
  die(): void;
  readonly dead: boolean;
};

/** Heartbeats come by the clock and change nothing that another worker reads, so they are no points of their own. */
const writing = /^\s*(with\b[\s\S]*\b(insert|update|delete)\b|insert|update|delete)\b/i;
const heartbeat = /^\s*update operations set lease_until/;

/** What a dead worker's calls end with. */
export class WorkerDied extends Error {}

/** Wraps a store; `onDeath` is called in the moment of the death. */
export function createMortalStore(real: Store, at: DeathAt | undefined, onDeath: () => void): MortalStore {
  let writes = 0;
  let dead = false;
  const die = (): void => {
    if (dead) return;
    dead = true;
    onDeath();
  };
  const refuseDead = (): void => {
    if (dead) throw new WorkerDied('the worker is dead');
  };
  const run = async <T>(unit: (work: Work<T>) => Promise<T>, work: Work<T>): Promise<T> => {
    refuseDead();
    let mine = false;
    const result = await unit(async (tx) => {
      const watched = watchWrites(tx);
      const answer = await work(watched.tx);
      refuseDead();
      if (watched.wrote()) {
        writes += 1;
        mine = writes === at?.write;
        if (mine && at?.side === 'before') {
          die();
          refuseDead();
        }
      }
      return answer;
    });
    if (mine) die();
    refuseDead();
    return result;
  };
  return {
    store: {
      ...real,
      asSystem: (work) => run((unit) => real.asSystem(unit), work),
      asUrgent: (work) => run((unit) => real.asUrgent(unit), work),
      asProject: (projectId, work) => run((unit) => real.asProject(projectId, unit), work),
    },
    writes: () => writes,
    die,
    get dead() {
      return dead;
    },
  };
}

function watchWrites(tx: Tx): { tx: Tx; wrote(): boolean } {
  let wrote = false;
  const sql = new Proxy(tx.sql, {
    apply(target, self, args: unknown[]) {
      const [strings] = args;
      const text = Array.isArray(strings) && 'raw' in strings ? strings.join('?') : '';
      if (writing.test(text) && !heartbeat.test(text)) wrote = true;
      return Reflect.apply(target as unknown as (...all: unknown[]) => unknown, self, args) as unknown;
    },
  });
  // The session of a unit of work stays the same, so the watched function does, too.
  return {
    tx: { ...tx, sql, projectId: tx.projectId, vault: tx.vault, consequences: tx.consequences },
    wrote: () => wrote,
  };
}
