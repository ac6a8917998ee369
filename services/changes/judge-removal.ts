// What every removal asks first: may it be forced by whoever asks, and is it protected.

import { forcedDeletionRole } from '../domain/acts.ts';
import { FleetyardError } from '../domain/errors.ts';
import type { ResourceKind } from '../domain/operation.ts';
import { letGo, listApplications } from '../domain/ways-out.ts';
import type { ClusterRow } from '../store/clusters.ts';
import type { Change } from './change.ts';
import type { Named } from './lock-resource.ts';
import { hasRole } from './roles.ts';

/** What is to be removed; `force` has the removal go on past what fails. */
export type Removed = Named & { force?: boolean | undefined };

/** Whether the removal is forced; throws `forbidden` for whoever may not. */
export function allowForce({ actor }: Change, kind: ResourceKind, { idOrName, force = false }: Removed): boolean {
  if (!force || hasRole(actor.role, forcedDeletionRole)) return force;
  const message = `Only a ${forcedDeletionRole} may force a deletion; yours is a token of the role ${actor.role}.`;
  const wayOut = letGo({ kind, id: idOrName }).filter(({ role }) => role !== undefined && hasRole(actor.role, role));
  throw new FleetyardError('forbidden', message, { wayOut });
}

/** The refusal of whatever would remove a protected cluster. */
export function refuseProtected({ id, name, fleetId }: ClusterRow): FleetyardError {
  const wayOut = listApplications({ kind: 'cluster', id, fleetId });
  const message = `The cluster "${name}" is protected; apply it with protect: false first.`;
  return new FleetyardError('protected', message, { wayOut });
}
