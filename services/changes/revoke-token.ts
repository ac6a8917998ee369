// Revokes a token, and what was made with it when that is asked for.

import type { Schemas } from '../contract/schemas.ts';
import { FleetyardError } from '../domain/errors.ts';
import { countOtherPlatformAdmins, listDescendants, lockToken, revokeTokens, type TokenRow } from '../store/tokens.ts';
import type { Change } from './change.ts';

/** What is revoked. */
export type Revoked = { idOrName: string; cascade?: boolean | undefined };

/**
 * Revokes a live token of the unit's project, or one of a platform administrator as the system; throws `not-found`, and `protected` when no
 * platform administrator would be left.
 */
export async function revokeToken({ tx }: Change, { idOrName, cascade = false }: Revoked): Promise<TokenRow> {
  const token = await lockToken(tx, idOrName);
  const { id, role } = token;
  const ids = cascade ? await listDescendants(tx, id) : [id];
  if (role === 'platform-admin' && (await countOtherPlatformAdmins(tx, ids)) === 0) throw refuseLast();
  await revokeTokens(tx, ids);
  return token;
}

function refuseLast(): FleetyardError {
  const wayOut: Schemas['Call'][] = [
    {
      method: 'POST',
      path: '/v1/tokens',
      body: { name: 'another-platform-admin', role: 'platform-admin' },
      role: 'platform-admin',
      does: 'makes another one, with which this one can be revoked',
    },
  ];
  const message = 'It is the last token of a platform administrator that works; without it nobody could make another.';
  return new FleetyardError('protected', message, { wayOut });
}
