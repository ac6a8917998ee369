// What a federation engine must answer, whatever it is.

import type { KubernetesClient } from '../access/kubernetes-client.ts';

/** What is known of a hub. */
export type HubReport = { kubernetesVersion: string | null; members: number };

/** What the hub says of one member. */
export type MemberReport = {
  name: string;
  ready: boolean;
  /** Why it is ready or not, in words of our own: a hub may say anything. */
  reason: string;
  kubernetesVersion: string | null;
};

/** One federation engine (Karmada first). */
export type FederationAdapter = {
  /** Checks that the hub answers and is a hub of this engine. Throws `unavailable`, `credential-mismatch` or `validation`. */
  checkHub(hub: KubernetesClient): Promise<HubReport>;
  /** The member as the hub sees it; undefined when it is not there. */
  findMember(hub: KubernetesClient, name: string): Promise<MemberReport | undefined>;
  listMembers(hub: KubernetesClient): Promise<MemberReport[]>;
};
