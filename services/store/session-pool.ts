// Sessions for units of work: one connection each, handed out one at a time, thrown away once it was lost.

import { appRole } from './check-isolation.ts';
import { connect, type ConnectionOptions, type WaitLimits } from './connection.ts';
import { allBusy } from './database-errors.ts';
import type { Pool } from './transaction.ts';

/** One connection. */
export type Session = {
  /** Throws once the connection was lost: the client would connect anew and run the statement outside of its transaction. */
  readonly sql: Pool;
  readonly lost: boolean;
  /** Says that nothing is known of the connection any more; it is not used again. */
  giveUp(): void;
};

/** What a pool of sessions needs. */
export type SessionPoolOptions = ConnectionOptions & { limits: WaitLimits };

/** A bounded number of sessions. */
export type SessionPool = {
  readonly limits: WaitLimits;
  /** Runs with a session of its own, after those who asked before; refuses when none was free in time. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Lets running work end up to the grace, then closes. */
  end(graceSeconds: number): Promise<void>;
};

/**
 * Opens a pool; nothing connects before the first use. The client's own pool is not used for transactions: when a connection
 * breaks, its `begin` writes the rollback to the closed socket, which ends the process (postgres 3.4.9).
 */
export function openSessionPool(options: SessionPoolOptions): SessionPool {
  const { limits } = options;
  const idle: Member[] = [];
  const waiting = new Set<{ resolve: (member: Member) => void; reject: (error: Error) => void }>();
  const open = new Set<Member>();
  const max = options.max ?? 10;
  let whenIdle: (() => void) | undefined;
  let ended = false;

  const create = (): Member => {
    const member = createMember(options);
    open.add(member);
    return member;
  };
  const discard = (member: Member): void => {
    // Not waited for: what it is connected to may never answer.
    void member.sql.end({ timeout: 0 });
    open.delete(member);
  };
  const take = async (): Promise<Member> => {
    if (ended) throw connectionError('CONNECTION_ENDED', 'The store is closed.');
    for (let member = idle.pop(); member !== undefined; member = idle.pop()) {
      if (!member.session.lost) return member;
      discard(member);
    }
    if (open.size < max) return create();
    return waitForMember();
  };
  const waitForMember = (): Promise<Member> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(entry);
        reject(connectionError(allBusy, `No connection to the database was free in ${limits.acquireSeconds} s.`));
      }, limits.acquireSeconds * 1000);
      const settle =
        <T>(end: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          waiting.delete(entry);
          end(value);
        };
      const entry = { resolve: settle(resolve), reject: settle(reject) };
      waiting.add(entry);
    });
  const giveBack = (member: Member): void => {
    const { lost } = member.session;
    if (lost) discard(member);
    const [next] = waiting;
    if (next !== undefined) next.resolve(lost ? create() : member);
    else if (!lost) idle.push(member);
    if (idle.length === open.size) whenIdle?.();
  };
  return {
    limits,
    async use(work) {
      const member = await take();
      try {
        return await member.run(work);
      } finally {
        giveBack(member);
      }
    },
    async end(graceSeconds) {
      ended = true;
      for (const { reject } of waiting) reject(connectionError('CONNECTION_ENDED', 'The store is closed.'));
      if (idle.length < open.size) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, graceSeconds * 1000);
          whenIdle = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      await Promise.all([...open].map(({ sql }) => sql.end({ timeout: 0 })));
    },
  };
}

type Member = { session: Session; sql: Pool; run<T>(work: (session: Session) => Promise<T>): Promise<T> };

/** How much longer than the statement itself its answer may take. */
const patience = 1.25;

function createMember(options: SessionPoolOptions): Member {
  const { limits } = options;
  let lost = false;
  let tell: ((error: Error) => void) | undefined;
  let silence: NodeJS.Timeout | undefined;
  const giveUp = (): void => {
    lost = true;
    tell?.(connectionError('CONNECTION_CLOSED', 'The connection to the database was lost.'));
  };
  const own = { max: 1, role: appRole, keepOpen: true, connectSeconds: limits.acquireSeconds, onClose: giveUp };
  const sql = connect({ ...options, ...own });
  // PostgreSQL ends what takes too long and says so. When it says nothing, whatever is between swallows what is sent.
  const expectAnswer = (): void => {
    clearTimeout(silence);
    silence = setTimeout(giveUp, limits.statementSeconds * patience * 1000 + 500);
  };
  const session: Session = {
    get sql() {
      if (lost) throw connectionError('CONNECTION_CLOSED', 'The connection to the database was lost.');
      if (tell !== undefined) expectAnswer();
      return sql;
    },
    get lost() {
      return lost;
    },
    giveUp,
  };
  const run: Member['run'] = async (work) => {
    try {
      // A statement that is sent in the moment of the loss may never be answered.
      return await new Promise((resolve, reject) => {
        tell = reject;
        work(session).then(resolve, reject);
      });
    } finally {
      tell = undefined;
      clearTimeout(silence);
    }
  };
  return { session, sql, run };
}

function connectionError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
