// The two API servers of a membership and the names that Karmada gives to what it finds there.

import { Provider } from '@pulumi/kubernetes/provider.js';
import type { MembershipInputs } from './contract.ts';

/** The namespace of a join's objects, in the hub and in every member. */
export const JOIN_NAMESPACE = 'karmada-cluster';

/** What Karmada puts on objects of its own. */
export const SYSTEM_LABELS = { 'karmada.io/system': 'true' };

const LONGEST_MEMBER_NAME = 48;

/** The namespace at the hub in which works for a member stand; Karmada makes it. Throws on a name that it refuses. */
export function getExecutionNamespace(memberName: string): string {
  if (memberName.length > LONGEST_MEMBER_NAME || !/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(memberName)) {
    throw new Error(`"${memberName}" is no name for a member: a label of ${LONGEST_MEMBER_NAME} characters at most`);
  }
  return `karmada-es-${memberName}`;
}

/**
 * Kubeconfigs are paths, and the identifiers say which API server is meant: a renewed token changes nothing in the
 * state, where a provider with new contents would be replaced and every object with it.
 */
export function createProviders(inputs: MembershipInputs): { member: Provider; hub: Provider } {
  const { kubeconfigs, identifiers } = inputs;
  const open = (side: 'member' | 'hub') =>
    new Provider(side, {
      kubeconfig: kubeconfigs[side],
      clusterIdentifier: identifiers[side],
      // The hub's namespace is there for its second member, and what a step made that died is there for the next one.
      upsertExistingObjects: true,
      // A renewed token is written over the old one; another Secret would leave the hub without any for a while.
      enableSecretMutable: true,
    });
  return { member: open('member'), hub: open('hub') };
}
