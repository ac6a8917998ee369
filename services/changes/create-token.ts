// Makes a token that can do no more than whoever makes it.

import type { Schemas } from '../contract/schemas.ts';
import { FleetyardError } from '../domain/errors.ts';
import { createToken as storeToken, type TokenRow } from '../store/tokens.ts';
import type { Change } from './change.ts';
import { addDuration } from './durations.ts';
import { hasRole } from './roles.ts';

/** Stores the token under its hash. A platform administrator's belongs to no project, so its unit of work is the system's. */
export async function createToken(
  { tx, actor, now }: Change,
  { name, role, ttl }: Schemas['TokenRequest'],
  hash: Uint8Array,
): Promise<TokenRow> {
  if (!hasRole(actor.role, role)) {
    const message = `A token of the role ${actor.role} cannot make one of the role ${role}.`;
    throw new FleetyardError('forbidden', message, { details: [{ pointer: '/role', message, code: 'forbidden' }] });
  }
  return storeToken(tx, { name, role, hash, expiresAt: ttl === undefined ? null : addDuration(now, ttl) });
}
