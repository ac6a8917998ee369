// Tells a hub of a placement, and has it forget one.

import { createHash } from 'node:crypto';
import { openHubAccess } from '../../access/kubeconfig/open-hub.ts';
import { openKubernetes } from '../../access/kubernetes-client.ts';
import { readOperationInput } from '../../domain/operation-input.ts';
import type { PlaceableMember } from '../../domain/placements/placement-document.ts';
import type { FederationAdapter, PlacedDocument } from '../../federation/adapter.ts';
import { getAdapter } from '../../federation/registry.ts';
import { listPlaceable, type PlaceableRow } from '../../store/placeable-members.ts';
import type { WorkerContext } from '../context.ts';
import { writeUnderLease } from '../write-under-lease.ts';
import { openCredential } from './cluster-subject.ts';
import { awaitReadyFederation } from './federation-ready.ts';
import type { StepEnd } from './step-end.ts';
import type { StepOrder } from './step-order.ts';

/** Seconds that a step waits for the check of a hub: it holds a slot meanwhile that the check may need, and is tried again after that. */
const longestHold = 30;

/** Performs the step: writes the policies. Members that come, change or go later are followed by the watch of the hub. */
export async function placeWorkloads(context: WorkerContext, { operation, lease }: StepOrder): Promise<StepEnd> {
  const { document, federationId, engine, hubCredentialId } = readOperationInput(operation, 'placement');
  const signal = AbortSignal.any([lease.cancelled, lease.lost]);
  const { everySeconds, forSeconds } = context.memberPatience;
  const patience = { everySeconds, forSeconds: Math.min(forSeconds, longestHold) };
  await awaitReadyFederation(context, { federationId, patience, signal });
  const { credential, rows } = await writeUnderLease(context, lease, async (tx) => ({
    credential: await openCredential(tx, hubCredentialId),
    rows: await listPlaceable(tx, federationId),
  }));
  const access = await openHubAccess(credential, context.engine.simulatorUrl);
  const adapter = getAdapter(engine);
  const placed = { id: operation.resourceId, name: document.name, document };
  const members = nameMembers(adapter, rows);
  await adapter.keepPlacement(openKubernetes(context.outgoing, access), placed, members);
  return { outcome: 'succeeded', status: { rendered: digestPlacement(adapter, placed, members) } };
}

/** Performs the step: takes the policies away. */
export async function displaceWorkloads(context: WorkerContext, { operation, lease }: StepOrder): Promise<StepEnd> {
  const { document, engine, hubCredentialId } = readOperationInput(operation, 'placement');
  const credential = await writeUnderLease(context, lease, (tx) => openCredential(tx, hubCredentialId));
  const hub = openKubernetes(context.outgoing, await openHubAccess(credential, context.engine.simulatorUrl));
  await getAdapter(engine).removePlacement(hub, { id: operation.resourceId, name: document.name });
  return { outcome: 'succeeded' };
}

/** Tells whether a hub would get other objects than before. */
export function digestPlacement(
  adapter: FederationAdapter,
  placed: PlacedDocument,
  members: readonly PlaceableMember[],
): string {
  return createHash('sha256')
    .update(JSON.stringify(adapter.renderPlacement(placed, members)))
    .digest('hex');
}

/** The members by the names that they have at the hub, or will have when they join. */
export function nameMembers(adapter: FederationAdapter, rows: readonly PlaceableRow[]): PlaceableMember[] {
  return rows.map((row) => ({
    ...row,
    memberName: row.memberName ?? adapter.nameMember(row),
    joined: row.memberName !== null,
  }));
}
