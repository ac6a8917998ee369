// What may be asked of a resource beside its desired state, and who may ask for it.

import type { Schemas } from '../contract/schemas.ts';

type Role = Schemas['Role'];

/** The least role that may ask for each act, by what is acted on. An act of the contract that has no row does not compile. */
export const actRoles = {
  // It forgets what may go on to cost money, so whoever runs workloads may not do it, but whoever answers for the project may.
  cluster: { abandon: 'admin' },
  federation: { abandon: 'admin' },
} as const satisfies {
  cluster: Record<Schemas['ClusterAct']['kind'], Role>;
  federation: Record<Schemas['FederationAct']['kind'], Role>;
};

/** The least role that may have a deletion go on past what fails: it leaves things behind without anybody having looked at them. */
export const forcedDeletionRole: Role = 'platform-admin';
