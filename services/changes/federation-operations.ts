// The operations of a federation: check a hub and let go of it.

import type { FederationEngine } from '../domain/fleet-spec.ts';
import { isSettled } from '../domain/operation.ts';
import { planSteps } from '../domain/steps.ts';
import { createFederation, type FederationRow } from '../store/federations.ts';
import { insertOperation } from '../store/insert-operation.ts';
import { findLatestOperation, type OperationRow } from '../store/operations.ts';
import { type Change, signal } from './change.ts';

/** A federation that was stored and whose check waits to be started. */
export type StoredFederation = {
  id: string;
  row: FederationRow;
  start(parentId: string | null): Promise<OperationRow>;
};

/** Stores a federation over a hub that exists. */
export async function createFederationIn(
  change: Change,
  { name, engine, hubCredential }: { name: string; engine: FederationEngine; hubCredential: string },
): Promise<StoredFederation> {
  const row = await createFederation(change.tx, {
    name,
    engine,
    hubCredentialId: hubCredential,
    spec: { schemaVersion: 1, engine, hub: { credential: hubCredential } },
  });
  return { id: row.id, row, start: (parentId) => startFederation(change, row, 'create', parentId) };
}

/** Starts the deletion, or finds the one that is under way. */
export async function startFederationDeletion(
  change: Change,
  row: FederationRow,
  parentId: string | null,
): Promise<OperationRow> {
  const latest = await findLatestOperation(change.tx, row.id);
  if (parentId === null && latest?.kind === 'delete' && !isSettled(latest.state)) return latest;
  return startFederation(change, row, 'delete', parentId);
}

async function startFederation(
  change: Change,
  row: FederationRow,
  kind: 'create' | 'delete',
  parentId: string | null,
): Promise<OperationRow> {
  const operation = await insertOperation(change.tx, {
    resourceKind: 'federation',
    resourceId: row.id,
    kind,
    generation: row.generation,
    input: { engine: row.engine, hubCredentialId: row.hubCredentialId },
    steps: planSteps(kind, { kind: 'federation' }),
    parentId,
    createdBy: change.createdBy,
  });
  return signal(change, operation);
}
