// What the program of the membership layer gets and hands back.

import type { BaseInputs } from '../contract.ts';

export type MembershipInputs = BaseInputs & {
  /** What runs the cluster, as the hub is told. */
  provider: string;
  /** Name of the member at the hub; at most 48 characters (Karmada). */
  memberName: string;
  labels: Record<string, string>;
  /** With which the member comes to the hub; what becomes of them later is written past the stack. */
  memberTaints: { key: string; value: string; effect: string }[];
  /** URL of the member's API server. */
  endpoint: string;
  /** Paths of kubeconfig files, written for one step and removed after it; the paths are stable, so that state does not change. */
  kubeconfigs: { member: string; hub: string };
  /** Stable identities of both API servers, so that a renewed kubeconfig never replaces a provider. */
  identifiers: { member: string; hub: string };
};

export type MembershipOutputs = {
  memberName: string;
  /** Namespace at the hub in which works for this member stand. */
  executionNamespace: string;
  /** UID of the member's kube-system namespace. */
  memberId: string;
};
