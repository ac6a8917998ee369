// What every change of desired state has in common: who makes it, what it is resolved with, and the signals that follow.

import type { Catalogue } from '../../catalogue/types.ts';
import type { Cloud, CredentialFacts } from '../domain/cluster-spec.ts';
import type { Id } from '../domain/ids.ts';
import { type CredentialRow, findCredential } from '../store/credentials.ts';
import { type OperationRow, signalOf, type Signal } from '../store/operations.ts';
import type { Tx } from '../store/transaction.ts';
import type { Call, Parts } from '../api/call.ts';

/** One change inside one unit of work. */
export type Change = {
  tx: Tx;
  catalogue: Catalogue;
  now: Date;
  /** Token id of the caller. */
  createdBy: string;
  /** What goes to the queue after the commit. */
  signals: Signal[];
};

/**
 * Runs a change in one transaction, and signals its operations after the commit. A queue that is away loses nothing: a
 * sweep compares it with the database.
 */
export async function runChange<T>(
  { parts, caller, asProject, log }: Pick<Call, 'parts' | 'caller' | 'asProject' | 'log'>,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  let signals: Signal[] = [];
  const result = await asProject((tx) => {
    // Anew for each run, since a unit of work may run again after a deadlock.
    signals = [];
    return work({ tx, catalogue: parts.catalogue, now: parts.clock(), createdBy: caller.id, signals });
  });
  await sendSignals(parts, signals, (error) => log.warn({ err: error }, 'the queue is away; the sweep will signal'));
  return result;
}

/** Notes that an operation has to be signalled, and returns it. */
export function signal(change: Change, operation: OperationRow): OperationRow {
  change.signals.push(signalOf(operation));
  return operation;
}

async function sendSignals(parts: Parts, signals: readonly Signal[], report: (error: unknown) => void): Promise<void> {
  try {
    if (signals.length > 0) await parts.queue.enqueue(signals);
  } catch (error) {
    report(error);
  }
}

/** Credentials by the words that a document has for them: names or ids. */
export type KnownCredentials = ReadonlyMap<string, CredentialRow>;

/** Looks up every credential that is named. */
export async function findCredentials(tx: Tx, named: readonly (string | undefined)[]): Promise<KnownCredentials> {
  const found = new Map<string, CredentialRow>();
  for (const name of new Set(named)) {
    const row = name === undefined ? undefined : await findCredential(tx, name);
    if (name !== undefined && row !== undefined) found.set(name, row);
  }
  return found;
}

/** A credential as the domain sees it. */
export function describeFacts(row: CredentialRow): CredentialFacts {
  return { id: row.id as Id<'cr'>, name: row.name, cloud: row.provider, account: findAccount(row) };
}

const accountFields = {
  aws: 'accountId',
  azure: 'subscriptionId',
  gcp: 'project',
  kubernetes: undefined,
  ssh: undefined,
} as const satisfies Record<Cloud, string | undefined>;

/** What is not known yet of an account is told apart by the credential itself. */
function findAccount({ id, provider, attributes }: CredentialRow): string {
  const field = accountFields[provider];
  return (field === undefined ? undefined : attributes[field]) ?? id;
}
