// What a federation engine must answer, whatever it is.

import type { KubernetesClient } from '../access/kubernetes-client.ts';
import type { PlaceableMember, PlacementDocument } from '../domain/placements/placement-document.ts';

/** What is known of a hub. */
export type HubReport = { kubernetesVersion: string | null; members: number };

/** What the hub says of one member. */
export type MemberReport = {
  name: string;
  ready: boolean;
  /** Why it is ready or not, in words of our own: a hub may say anything. */
  reason: string;
  kubernetesVersion: string | null;
  /** Whether it was told to give its workloads away. */
  draining: boolean;
};

/** A cluster that is to join: how it is reached, and its name at the hub. */
export type Joining = { hub: KubernetesClient; member: KubernetesClient; memberName: string };

/** What still runs on a member that is to leave. */
export type Workloads = {
  /** How many the hub still runs there. */
  count: number;
  /** Some of them, as people know them. */
  names: string[];
  /** Whether another member could take any of it. */
  movable: boolean;
};

/** A taint of a member. */
export type MemberTaint = { key: string; value: string; effect: string };

/** A placement as its hub is told of it. */
export type PlacedDocument = { id: string; name: string; document: PlacementDocument };

/** One object that a placement selects, as the hub has it; `member` is the name of a cluster there. */
export type WorkloadReport = {
  apiVersion: string;
  kind: string;
  namespace: string | null;
  name: string;
  replicas: number | null;
  scheduled: boolean;
  reason: string | null;
  targets: {
    member: string;
    replicas: number | null;
    ready: number | null;
    applied: boolean;
    reason: string | null;
  }[];
};

/** What became of a placement; `more` says that not all of its objects are told. */
export type PlacedReport = { workloads: WorkloadReport[]; more: boolean };

/** One federation engine (Karmada first). */
export type FederationAdapter = {
  /** The name of a cluster at its hub: the same for ever, and no other cluster's. */
  nameMember(cluster: { id: string; name: string }): string;
  /** Checks that the hub answers and is a hub of this engine. Throws `unavailable`, `credential-mismatch` or `validation`. */
  checkHub(hub: KubernetesClient): Promise<HubReport>;
  /** The member as the hub sees it; undefined when it is not there. */
  findMember(hub: KubernetesClient, name: string): Promise<MemberReport | undefined>;
  listMembers(hub: KubernetesClient): Promise<MemberReport[]>;
  /**
   * Looks at both sides before anything is made in them. Throws `validation` when the cluster belongs to a hub already or the name is
   * somebody else's, else as `checkHub`.
   */
  checkJoin(joining: Joining): Promise<void>;
  /** Tells the hub to start nothing on the member and to move what runs there; undefined when it has no such member. */
  startDrain(hub: KubernetesClient, name: string): Promise<MemberReport | undefined>;
  /** Makes the taints of a member's own these; what others put there stays. */
  keepTaints(hub: KubernetesClient, name: string, taints: readonly MemberTaint[]): Promise<void>;
  /** Takes that back. */
  stopDrain(hub: KubernetesClient, name: string): Promise<void>;
  /** What the hub still runs on the member. */
  listWorkloads(hub: KubernetesClient, name: string): Promise<Workloads>;
  /** The objects that tell the hub of a placement. */
  renderPlacement(placed: PlacedDocument, members: readonly PlaceableMember[]): Record<string, unknown>[];
  /** Sees to it that the hub has them, and returns the kinds of those that it had not, or otherwise. Throws `validation` when the hub refuses them. */
  keepPlacement(
    hub: KubernetesClient,
    placed: PlacedDocument,
    members: readonly PlaceableMember[],
  ): Promise<readonly string[]>;
  /** Takes them away; what they brought to members stays. */
  removePlacement(hub: KubernetesClient, placed: Pick<PlacedDocument, 'id' | 'name'>): Promise<void>;
  /** The objects that a placement would select, as they stand at the hub; undefined for kinds that are not looked into. */
  listSelected(
    hub: KubernetesClient,
    select: PlacementDocument['select'],
  ): Promise<Record<string, unknown>[] | undefined>;
  /** What runs where by now. */
  observePlacement(hub: KubernetesClient, placed: PlacedDocument): Promise<PlacedReport>;
};
