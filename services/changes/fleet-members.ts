// What a fleet's document means to its members: which are made, changed, repaired or removed.

import { FleetyardError } from '../domain/errors.ts';
import type { FleetMember, FleetResolution } from '../domain/resolve-fleet.ts';
import type { AddressSpaceRow } from '../store/address-spaces.ts';
import type { ClusterRow } from '../store/clusters.ts';
import type { CredentialRow } from '../store/credentials.ts';
import type { FleetRow } from '../store/fleets.ts';
import type { OperationRow } from '../store/operations.ts';
import type { Change } from './change.ts';
import { bringAbout, type ClusterTies, startCreations, startDeletion, startUpdate } from './cluster-operations.ts';
import type { KnownCredentials } from './known-credentials.ts';
import { placeClusters } from './place.ts';
import { layersTouched } from '../domain/diff-cluster.ts';

/** The live members of a fleet. */
export type StandingMembers = {
  /** Those that are not being deleted. */
  members: readonly ClusterRow[];
  leaving: readonly ClusterRow[];
  /** Of the members, those that are not what was asked for, and that nothing is being done about. */
  astray: readonly ClusterRow[];
};

/** A resolved document on its way to its members. */
export type MemberChanges = {
  fleet: FleetRow;
  resolution: FleetResolution;
  space: AddressSpaceRow;
  credentials: KnownCredentials;
  standing: StandingMembers;
  parentId: string;
};

/** Starts an operation for each member that differs, as a child of the fleet's. */
export async function changeMembers(change: Change, changes: MemberChanges): Promise<OperationRow[]> {
  const { fleet, resolution, standing, parentId } = changes;
  const operations: (OperationRow | null)[] = await createMembers(change, changes);
  for (const member of resolution.members) {
    if (member.action !== 'create') operations.push(await changeMember(change, member, changes));
  }
  for (const { id } of resolution.prune) {
    operations.push(await startDeletion(change, getMember(standing, id), parentId));
  }
  return operations.filter((operation) => operation !== null && operation.resourceId !== fleet.id) as OperationRow[];
}

type Creation = Extract<FleetMember, { action: 'create' }>;

async function createMembers(change: Change, changes: MemberChanges): Promise<OperationRow[]> {
  const { resolution, space, credentials } = changes;
  const creations = resolution.members.filter((member): member is Creation => member.action === 'create');
  const placed = await placeClusters(change, space, resolution.fleet.pools, creations);
  const created = await startCreations(
    change.tx,
    placed.map((cluster) => ({
      placed: cluster,
      document: null,
      credential: getCredential(credentials, cluster.spec.credential),
      ties: tiesOf(changes),
      author: change.actor,
    })),
  );
  return created.map(({ operation }) => operation);
}

async function changeMember(
  change: Change,
  member: Exclude<FleetMember, Creation>,
  changes: MemberChanges,
): Promise<OperationRow | null> {
  const row = getMember(changes.standing, member.id);
  const ties = tiesOf(changes);
  if (member.action === 'unchanged') {
    if (!changes.standing.astray.includes(row)) return null;
    return (await bringAbout(change, row, changes.parentId)).operation;
  }
  const { next, diff } = member;
  const update = { row, next, credentialId: next.credential, touched: layersTouched(diff.changed), ties };
  return (await startUpdate(change, update)).operation;
}

function tiesOf({ fleet, parentId }: MemberChanges): ClusterTies {
  return { fleetId: fleet.id, federationId: fleet.federationId, parentId };
}

function getMember({ members }: StandingMembers, id: string): ClusterRow {
  const row = members.find((member) => member.id === id);
  if (row === undefined) throw new FleetyardError('internal', `The fleet has no member ${id}.`);
  return row;
}

function getCredential(credentials: KnownCredentials, id: string): CredentialRow {
  const row = [...credentials.values()].find((credential) => credential.id === id);
  if (row === undefined) throw new FleetyardError('internal', `The credential ${id} was not looked up.`);
  return row;
}
