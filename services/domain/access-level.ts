// What people may do inside a cluster, by their role in the project.

import type { Schemas } from '../contract/schemas.ts';

/** What somebody may do in a cluster: look, work, or everything. */
export type AccessLevel = 'viewer' | 'operator' | 'admin';

const levels = {
  viewer: 'viewer',
  operator: 'operator',
  admin: 'admin',
  'platform-admin': 'admin',
} as const satisfies Record<Schemas['Role'], AccessLevel>;

/** The level of a role. */
export function getAccessLevel(role: Schemas['Role']): AccessLevel {
  return levels[role];
}
