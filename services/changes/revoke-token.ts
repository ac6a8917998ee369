// Revokes a token.

import { revokeToken as revokeStored, type TokenRow } from '../store/tokens.ts';
import type { Change } from './change.ts';

/** Revokes a live token of the unit's project, or one of a platform administrator as the system; throws `not-found`. */
export function revokeToken({ tx }: Change, idOrName: string): Promise<TokenRow> {
  return revokeStored(tx, idOrName);
}
