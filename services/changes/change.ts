// What every change of desired state is given: who makes it, what it is resolved with, and one unit of work.

import type { Catalogue } from '../../catalogue/types.ts';
import { FleetyardError } from '../domain/errors.ts';
import type { Store } from '../store/open-store.ts';
import type { TokenRole } from '../store/tokens.ts';
import type { Tx } from '../store/transaction.ts';

/** Who makes a change, and the project that it is about. */
export type Actor = {
  /** Token id; null for the service itself. */
  id: string | null;
  role: TokenRole;
  /** Null when no project was named, as a platform administrator may. */
  projectId: string | null;
  /** The trace that the change is part of, as a `traceparent`. */
  trace?: string | undefined;
};

/** What an operation keeps of who asked for it. */
export type Author = Pick<Actor, 'id' | 'trace'>;

/** What changes need of the process, and who asks for them. */
export type Application = {
  store: Pick<Store, 'asProject' | 'asSystem'>;
  catalogue: Catalogue;
  /** Who may use public endpoints of clusters whose requests do not say; nobody has said so when it is left out. */
  defaultAllowedCidrs?: readonly string[] | undefined;
  clock: () => Date;
  actor: Actor;
};

/** One change inside one unit of work. What follows it is gathered in the unit of work, and delivered once it is committed. */
export type Change = {
  tx: Tx;
  catalogue: Catalogue;
  defaultAllowedCidrs?: readonly string[] | undefined;
  now: Date;
  actor: Actor;
};

/** Runs changes of the actor's project in one unit of work, with whatever is read beside them. It may run again after a deadlock. */
export async function runChange<T>(application: Application, work: (change: Change) => Promise<T>): Promise<T> {
  const { projectId } = application.actor;
  if (projectId === null) throw new FleetyardError('internal', 'This change belongs to a project.');
  return application.store.asProject(projectId, (tx) => work(describe(application, tx)));
}

/** Like `runChange`, for what belongs to no project. */
export async function runSystemChange<T>(application: Application, work: (change: Change) => Promise<T>): Promise<T> {
  return application.store.asSystem((tx) => work(describe(application, tx)));
}

function describe({ catalogue, defaultAllowedCidrs, clock, actor }: Application, tx: Tx): Change {
  return { tx, catalogue, defaultAllowedCidrs, now: clock(), actor };
}
