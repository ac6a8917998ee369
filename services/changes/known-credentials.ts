// The credentials that documents name, and what resolution may know of them.

import { findAccount } from '../domain/clouds.ts';
import type { CredentialFacts } from '../domain/cluster-spec.ts';
import type { Id } from '../domain/ids.ts';
import { type CredentialRow, holdCredential } from '../store/credentials.ts';
import type { Tx } from '../store/transaction.ts';

/** Credentials by the words that a document has for them: names or ids. */
export type KnownCredentials = ReadonlyMap<string, CredentialRow>;

/** Looks up every credential that is named; none of them is deleted before the unit of work ends. */
export async function findCredentials(tx: Tx, named: readonly (string | undefined)[]): Promise<KnownCredentials> {
  const found = new Map<string, CredentialRow>();
  for (const name of new Set(named)) {
    const row = name === undefined ? undefined : await holdCredential(tx, name);
    if (name !== undefined && row !== undefined) found.set(name, row);
  }
  return found;
}

/** A credential as the domain sees it. */
export function describeFacts(row: CredentialRow): CredentialFacts {
  // What is not known yet of an account is told apart by the credential itself.
  const account = findAccount(row.provider, row.attributes) ?? row.id;
  return { id: row.id as Id<'cr'>, name: row.name, cloud: row.provider, account };
}
