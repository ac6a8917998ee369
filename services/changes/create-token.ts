// Makes a token that can do no more than whoever makes it, and for no longer.

import type { Schemas } from '../contract/schemas.ts';
import { FleetyardError } from '../domain/errors.ts';
import { createToken as storeToken, holdToken, type TokenRow } from '../store/tokens.ts';
import type { Change } from './change.ts';
import { addDuration } from './durations.ts';
import { hasRole } from './roles.ts';

/** Stores the token under its hash. A platform administrator's belongs to no project, so its unit of work is the system's. */
export async function createToken(
  change: Change,
  { name, role, ttl }: Schemas['TokenRequest'],
  hash: Uint8Array,
): Promise<TokenRow> {
  const { tx, actor } = change;
  if (!hasRole(actor.role, role)) {
    const message = `A token of the role ${actor.role} cannot make one of the role ${role}.`;
    throw new FleetyardError('forbidden', message, { details: [{ pointer: '/role', message, code: 'forbidden' }] });
  }
  const expiresAt = await chooseExpiry(change, ttl);
  return storeToken(tx, { name, role, hash, expiresAt, madeBy: actor.id });
}

/** When the new token ends: as asked, and with its maker at the latest. */
async function chooseExpiry({ tx, actor, now }: Change, ttl: string | undefined): Promise<Date | null> {
  const asked = ttl === undefined ? null : addDuration(now, ttl);
  if (actor.id === null) return asked;
  // Held until the commit: a maker that is revoked with all that it made leaves none behind.
  const { expiresAt: latest } = await holdToken(tx, actor.id);
  if (latest === null || asked === null) return asked ?? latest;
  if (asked > latest) {
    const message = `The token that makes it ends at ${latest.toISOString()}, and so does what it makes at the latest.`;
    throw new FleetyardError('validation', message, {
      details: [{ pointer: '/ttl', message, code: 'outlives-maker' }],
    });
  }
  return asked;
}
