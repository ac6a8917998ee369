// Sessions for units of work: one connection each, handed out one at a time, thrown away once it was lost.

import { appRole } from './check-isolation.ts';
import { connect, type ConnectionOptions, type WaitLimits } from './connection.ts';
import { connectionError } from './database-errors.ts';
import type { Pool } from './transaction.ts';
import { createWaitingLine } from './waiting-line.ts';

/** One connection. */
export type Session = {
  /** Throws once the connection was lost: the client would connect anew and run the statement outside of its transaction. */
  readonly sql: Pool;
  readonly lost: boolean;
  /** Says that nothing is known of the connection any more; it is not used again. */
  giveUp(): void;
};

/** What a pool of sessions needs. */
export type SessionPoolOptions = ConnectionOptions & {
  limits: WaitLimits;
  /** Who waits beyond this many is refused at once, and no owner takes all sessions; without it everybody waits, and takes what is free. */
  waiting?: number;
  /** The role of every statement that is not told another; the one that sees nothing without a project when not said. */
  role?: string;
};

/** A bounded number of sessions. */
export type SessionPool = {
  readonly limits: WaitLimits;
  /**
   * Runs with a session of its own; refuses when none was free in time. Owners who wait take turns, so that one with many requests
   * does not make the others wait for all of them.
   */
  use<T>(work: (session: Session) => Promise<T>, owner?: string): Promise<T>;
  /** Lets running work end up to the grace, then closes. */
  end(graceSeconds: number): Promise<void>;
};

/**
 * Opens a pool; nothing connects before the first use. The client's own pool is not used for transactions: when a connection
 * breaks, its `begin` writes the rollback to the closed socket, which ends the process (postgres 3.4.9).
 */
export function openSessionPool(options: SessionPoolOptions): SessionPool {
  const { limits, waiting } = options;
  const idle: Member[] = [];
  const open = new Set<Member>();
  const max = options.max ?? 10;
  const line = createWaitingLine<Member>({ sessions: max, ...(waiting === undefined ? {} : { waiting }) });
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
  const findFree = (): Member | undefined => {
    for (let member = idle.pop(); member !== undefined; member = idle.pop()) {
      if (!member.session.lost) return member;
      discard(member);
    }
    return open.size < max ? create() : undefined;
  };
  const take = async (owner: string): Promise<Member> => {
    if (ended) throw connectionError('CONNECTION_ENDED', 'The store is closed.');
    const member = line.mayTake(owner) ? findFree() : undefined;
    if (member !== undefined) {
      line.hold(owner);
      return member;
    }
    return line.wait(owner, limits.acquireSeconds);
  };
  const giveBack = (member: Member, owner: string): void => {
    line.release(owner);
    const { lost } = member.session;
    if (lost) discard(member);
    else idle.push(member);
    for (let next = line.next(); next !== undefined; next = line.next()) {
      const free = findFree();
      if (free === undefined) break;
      next(free);
    }
    if (idle.length === open.size) whenIdle?.();
  };
  return {
    limits,
    async use(work, owner = '') {
      const member = await take(owner);
      try {
        return await member.run(work);
      } finally {
        giveBack(member, owner);
      }
    },
    async end(graceSeconds) {
      ended = true;
      line.refuse(connectionError('CONNECTION_ENDED', 'The store is closed.'));
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
  const own = {
    max: 1,
    role: options.role ?? appRole,
    keepOpen: true,
    connectSeconds: limits.acquireSeconds,
    onClose: giveUp,
  };
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
