// The operations of a federation: check a hub and let go of it.

import type { FederationEngine, ResolvedFleet } from '../domain/fleet-spec.ts';
import { createFederation, type FederationRow } from '../store/federations.ts';
import type { OperationRow } from '../store/operations.ts';
import type { Change } from './change.ts';
import { findSufficientRemoval, startFederationOperation } from './start-operation.ts';

/** A federation and its operation. */
export type FederationOutcome = { federation: FederationRow; operation: OperationRow };

/** Stores a federation over a hub that exists; what checks the hub is started apart, for a fleet's has a parent. */
export async function storeFederation(
  change: Change,
  { name, engine, hubCredential }: { name: string; engine: FederationEngine; hubCredential: string },
): Promise<FederationRow> {
  return createFederation(change.tx, {
    name,
    engine,
    hubCredentialId: hubCredential,
    spec: { schemaVersion: 1, engine, hub: { credential: hubCredential } },
  });
}

/** Stores the federation that a fleet's document asks for; it bears the fleet's name. */
export async function storeFleetFederation(
  change: Change,
  { name, federation }: ResolvedFleet,
): Promise<FederationRow | undefined> {
  return federation === null ? undefined : storeFederation(change, { name, ...federation });
}

/** Starts the deletion. On its own, it finds the one that is under way; a fleet's always waits for one of its own. */
export async function startFederationDeletion(
  change: Change,
  row: FederationRow,
  parentId: string | null,
  { force = false }: { force?: boolean } = {},
): Promise<OperationRow> {
  const underWay = parentId === null ? await findSufficientRemoval(change, row, { kind: 'delete', force }) : undefined;
  const forced = force ? { force } : {};
  return underWay ?? startFederationOperation(change, row, { kind: 'delete', parentId, ...forced });
}
