// Which role may do what another one may.

import type { TokenRole } from '../store/tokens.ts';

/** Roles from the least to the most. */
const ranks: readonly TokenRole[] = ['viewer', 'operator', 'admin', 'platform-admin'];

/** Whether a role can do what another one can. */
export function hasRole(role: TokenRole, needed: TokenRole): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(needed);
}
