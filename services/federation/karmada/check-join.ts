// Looks at both sides of a join before anything is made in them, so that what can't go well is refused with its cause.

import { explainFailure, statusOf, type KubernetesClient } from '../../access/kubernetes-client.ts';
import { FleetyardError } from '../../domain/errors.ts';
import { OutgoingError } from '../../outgoing/outgoing-error.ts';
import type { Joining } from '../adapter.ts';
import { listClusters, type StrangeCluster } from './clusters.ts';
import { memberNamePattern } from './member-name.ts';

const joinNamespace = 'karmada-cluster';
/** The accounts of hubs in a member: one for each name under which it joined. */
const accountPattern = /^karmada-(.+)$/;
const sharedAccount = 'karmada-impersonator';

/** Throws `validation` when the cluster is a member already, here or elsewhere, or its name is another cluster's. A half-made join of ours is none. */
export async function checkJoin({ hub, member, memberName }: Joining): Promise<void> {
  // The hub's fault is told first: it is one for all of its members.
  const known = await listClusters(hub);
  const [id, accounts] = await Promise.all([readClusterId(member), listAccounts(member)]);
  refuseKnown(known, { id, memberName });
  const other = accounts.find((account) => account !== memberName);
  if (other !== undefined) {
    const named = memberNamePattern.test(other) ? ` as "${other}"` : '';
    throw new FleetyardError(
      'validation',
      `the cluster has joined a Karmada already${named}: let it leave that one, or delete the namespace ${joinNamespace} in it`,
    );
  }
}

function refuseKnown(known: readonly StrangeCluster[], { id, memberName }: { id: string; memberName: string }): void {
  for (const cluster of known) {
    const name = cluster?.metadata?.name;
    const theirs = cluster?.spec?.id;
    if (name === memberName && typeof theirs === 'string' && theirs !== '' && theirs !== id) {
      throw new FleetyardError('validation', `the hub has another cluster under the name "${memberName}"`);
    }
    if (name !== memberName && theirs === id) {
      const named = typeof name === 'string' && memberNamePattern.test(name) ? ` as "${name}"` : '';
      throw new FleetyardError('validation', `the cluster is a member of the hub already${named}: unjoin it there`);
    }
  }
}

/** What Karmada tells clusters apart by: the identity of the namespace that every cluster has and keeps. */
async function readClusterId(member: KubernetesClient): Promise<string> {
  const uid: unknown = (await ask(member, () => member.core.readNamespace({ name: 'kube-system' })))?.metadata?.uid;
  if (typeof uid !== 'string' || uid === '')
    throw explainFailure(new OutgoingError('answer-unreadable'), member.server);
  return uid;
}

/** The names under which the cluster has joined hubs, half-made joins included. */
async function listAccounts(member: KubernetesClient): Promise<string[]> {
  const list = await ask(member, () => member.core.listNamespacedServiceAccount({ namespace: joinNamespace }));
  const items: unknown = list?.items ?? [];
  if (!Array.isArray(items)) throw explainFailure(new OutgoingError('answer-unreadable'), member.server);
  return (items as ({ metadata?: { name?: unknown } } | null)[]).flatMap((account) => {
    const name = account?.metadata?.name;
    const joined = typeof name === 'string' && name !== sharedAccount ? accountPattern.exec(name)?.[1] : undefined;
    return joined === undefined ? [] : [joined];
  });
}

async function ask<T>(member: KubernetesClient, question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw explainFailure(error, member.server);
  }
}
