// Deletes a fleet with everything that it made.

import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import { isSettled } from '../domain/operation.ts';
import { planSteps } from '../domain/steps.ts';
import { type ClusterRow, listFederationClusters, listFleetClusters } from '../store/clusters.ts';
import { findFederation } from '../store/federations.ts';
import type { FleetRow } from '../store/fleets.ts';
import { insertOperation } from '../store/insert-operation.ts';
import { findLatestOperation, listChildren, type OperationRow } from '../store/operations.ts';
import { type Change, signal } from './change.ts';
import { startDeletion } from './cluster-operations.ts';
import { startFederationDeletion } from './federation-operations.ts';

/** Starts the deletion of a fleet, its clusters and its federation, or finds the one that is under way. */
export async function startFleetDeletion(
  change: Change,
  row: FleetRow,
): Promise<{ operation: OperationRow; children: OperationRow[] }> {
  const latest = await findLatestOperation(change.tx, row.id);
  if (latest?.kind === 'delete' && !isSettled(latest.state)) {
    return { operation: latest, children: await listChildren(change.tx, latest.id) };
  }
  const members = await listFleetClusters(change.tx, row.id);
  refuseProtected(row, members);
  await refuseOutsiders(change, row);
  const operation = signal(
    change,
    await insertOperation(change.tx, {
      resourceKind: 'fleet',
      resourceId: row.id,
      kind: 'delete',
      generation: row.generation,
      input: { spec: row.spec },
      steps: planSteps('delete', { kind: 'fleet' }),
      createdBy: change.createdBy,
    }),
  );
  const children: OperationRow[] = [];
  for (const member of members) children.push(await startDeletion(change, member, operation.id));
  const federation = row.federationId === null ? undefined : await findFederation(change.tx, row.federationId);
  if (federation !== undefined) children.push(await startFederationDeletion(change, federation, operation.id));
  return { operation, children };
}

function refuseProtected(row: FleetRow, members: readonly ClusterRow[]): void {
  const details: ErrorDetail[] = members
    .filter(({ protect }) => protect)
    .map(({ name }) => ({ pointer: '', message: `The cluster ${name} is protected.`, code: 'protected' }));
  if (details.length > 0)
    throw new FleetyardError('protected', `The fleet "${row.name}" has protected clusters.`, { details });
}

/** A cluster of its own, or of another fleet, may have joined the federation that goes with this fleet. */
async function refuseOutsiders({ tx }: Change, row: FleetRow): Promise<void> {
  if (row.federationId === null) return;
  const outsiders = (await listFederationClusters(tx, row.federationId)).filter(({ fleetId }) => fleetId !== row.id);
  if (outsiders.length === 0) return;
  const names = outsiders.map(({ name }) => `"${name}"`).join(', ');
  throw new FleetyardError('in-use', `The federation of the fleet "${row.name}" has members from elsewhere: ${names}.`);
}
