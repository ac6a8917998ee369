// Deletes a credential that nothing uses.

import { type CredentialRow, deleteCredential as deleteStored } from '../store/credentials.ts';
import type { Change } from './change.ts';

/** Deletes it; throws `in-use` while a cluster or a federation stands on it. */
export function deleteCredential({ tx }: Change, idOrName: string): Promise<CredentialRow> {
  return deleteStored(tx, idOrName);
}
