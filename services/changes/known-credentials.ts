// The credentials that documents name, and what resolution may know of them.

import { findAccount } from '../domain/clouds.ts';
import type { CredentialFacts } from '../domain/cluster-spec.ts';
import type { Id } from '../domain/ids.ts';
import { type CredentialRow, holdCredentials } from '../store/credentials.ts';
import type { Tx } from '../store/transaction.ts';

/** Credentials by the words that a document has for them: names or ids. */
export type KnownCredentials = ReadonlyMap<string, CredentialRow>;

/** Looks up every credential that is named; none of them is deleted before the unit of work ends. */
export async function findCredentials(tx: Tx, named: readonly (string | undefined)[]): Promise<KnownCredentials> {
  const words = [...new Set(named)].filter((word) => word !== undefined);
  const rows = await holdCredentials(tx, words);
  return new Map(
    words.flatMap((word) => {
      const row = rows.find(({ id, name }) => id === word || name === word);
      return row === undefined ? [] : [[word, row]];
    }),
  );
}

/** A credential as the domain sees it. */
export function describeFacts(row: CredentialRow): CredentialFacts {
  // What is not known yet of an account is told apart by the credential itself.
  const account = findAccount(row.provider, row.attributes) ?? row.id;
  return { id: row.id as Id<'cr'>, name: row.name, cloud: row.provider, account };
}
