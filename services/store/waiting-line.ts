// Who waits for a session: bounded in number and time, owners in turn.

import { allBusy, connectionError } from './database-errors.ts';

type Waiting<Taken> = { resolve: (taken: Taken) => void; reject: (error: Error) => void };

/** The line of those who wait. */
export type WaitingLine<Taken> = {
  /** Whether the owner may have one more of what is free. */
  mayTake(owner: string): boolean;
  /** Counts what the owner has. */
  hold(owner: string): void;
  release(owner: string): void;
  /** Waits for its turn; rejects when the line is full or the time is over. */
  wait(owner: string, seconds: number): Promise<Taken>;
  /** Gives to whoever's turn it is; undefined when nobody waits who may have more. Asking alone changes nothing. */
  next(): ((taken: Taken) => void) | undefined;
  /** Sends everybody away. */
  refuse(error: Error): void;
};

/** Makes the line. With a bound, one owner has at most three quarters of the sessions, and of the places in the line; the service itself (`''`) all. */
export function createWaitingLine<Taken>({
  sessions,
  waiting,
}: {
  sessions: number;
  waiting?: number;
}): WaitingLine<Taken> {
  // In the order of their turns.
  const lines = new Map<string, Set<Waiting<Taken>>>();
  const held = new Map<string, number>();
  const shareOf = (owner: string, whole: number): number =>
    waiting === undefined || owner === '' ? whole : Math.ceil(whole * 0.75);
  const mayTake = (owner: string): boolean => (held.get(owner) ?? 0) < shareOf(owner, sessions);
  const count = (owner: string, by: number): void => {
    const now = (held.get(owner) ?? 0) + by;
    if (now === 0) held.delete(owner);
    else held.set(owner, now);
  };
  const leave = (owner: string, entry: Waiting<Taken>): void => {
    const line = lines.get(owner);
    line?.delete(entry);
    if (line?.size === 0) lines.delete(owner);
  };
  const checkRoom = (owner: string): void => {
    if (waiting === undefined) return;
    const own = lines.get(owner)?.size ?? 0;
    const all = [...lines.values()].reduce((sum, { size }) => sum + size, 0);
    if (all < waiting && own < shareOf(owner, waiting)) return;
    throw connectionError(
      allBusy,
      `${all} units of work wait for a connection to the database, ${own} of them of one owner.`,
    );
  };
  return {
    mayTake,
    hold: (owner) => count(owner, 1),
    release: (owner) => count(owner, -1),
    async wait(owner, seconds) {
      checkRoom(owner);
      const { promise, resolve, reject } = Promise.withResolvers<Taken>();
      const entry = { resolve, reject };
      lines.set(owner, (lines.get(owner) ?? new Set()).add(entry));
      const timer = setTimeout(
        () => reject(connectionError(allBusy, `No connection to the database was free in ${seconds} s.`)),
        seconds * 1000,
      );
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        leave(owner, entry);
      }
    },
    next() {
      for (const [owner, line] of lines) {
        const [entry] = line;
        if (entry === undefined || !mayTake(owner)) continue;
        return (taken) => {
          leave(owner, entry);
          // To the end of the turns.
          if (lines.delete(owner)) lines.set(owner, line);
          count(owner, 1);
          entry.resolve(taken);
        };
      }
      return undefined;
    },
    refuse(error) {
      for (const line of lines.values()) for (const { reject } of line) reject(error);
    },
  };
}
