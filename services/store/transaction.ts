// One unit of work: what every function of the store takes first.

import type { ISql, JSONValue, Sql } from 'postgres';
import type { Consequence, News } from '../domain/consequences.ts';
import { FleetyardError } from '../domain/errors.ts';
import type { RangeHints } from './range-hints.ts';

/** The store's need for encryption; the vault fills it. `context` binds a value to its row. */
export type StoreVault = {
  seal(plaintext: string | Uint8Array, context: string): Buffer;
  open(sealed: Uint8Array, context: string): Buffer;
  /** Ids of its master keys, the newest first. */
  readonly keyIds: readonly string[];
  /** The same, where sealing is done by the master key of this id. */
  sealingBy(keyId: string | null): StoreVault;
  /** Pulumi's `encryptionsalt` for a passphrase. */
  createStackSalt(passphrase: string): Promise<string>;
};

/** A unit of work inside one transaction, as one project or as the system. */
export type Tx = {
  readonly sql: Query;
  /** Null for the system. */
  readonly projectId: string | null;
  /** Seals by the master key that was current when the unit of work began. */
  readonly vault: StoreVault;
  /** What follows the commit; begun anew when the work runs again. */
  readonly consequences: (Consequence | News)[];
  /** Where ranges were found last; the store's, so that the next unit of work goes on from there. */
  readonly rangeHints: RangeHints;
};

/** The project of the unit of work; the system has none. */
export function getProjectId(tx: Tx): string {
  if (tx.projectId === null) throw new FleetyardError('internal', 'This change belongs to a project.');
  return tx.projectId;
}

/** A value for a jsonb column. */
export function json(tx: Tx, value: unknown) {
  return tx.sql.json(value as JSONValue);
}

/** A list of columns that a query names. */
export function columns(tx: Tx, names: readonly string[]) {
  return tx.sql(names as string[]);
}

/** The only row of a query that cannot miss; anything else is a mistake of ours. */
export function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new FleetyardError('internal', 'A query that cannot miss returned no row.');
  return row;
}

/** Whatever runs a tagged template: a pool, a session or a transaction. */
export type Query = ISql;

/** The connection pool as this room opens it. */
export type Pool = Sql;
