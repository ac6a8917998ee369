// Turns a placement into the objects of a Karmada hub. Pure: the same placement among the same members gives the same objects.

import type { Schemas } from '../../contract/schemas.ts';
import { type Choice, chooseMembers } from '../../domain/placements/choose-members.ts';
import {
  divisionOf,
  type PlaceableMember,
  type PlacementDocument,
} from '../../domain/placements/placement-document.ts';
import type { PlacedDocument } from '../adapter.ts';
import { nameObjects, policyApi, placementLabel, type PolicyKind } from './policy-objects.ts';

/** An object of the hub as we own it. */
export type PolicyObject = {
  apiVersion: string;
  kind: PolicyKind;
  metadata: { name: string; labels: Record<string, string> };
  spec: Record<string, unknown>;
};

/**
 * The policy, and the one of overrides where there are any. They are the cluster-wide kinds: a namespace that is not at the hub yet is no
 * obstacle, and nobody who may write only to a namespace can change them.
 */
export function renderPlacement(
  { id, name, document }: PlacedDocument,
  members: readonly PlaceableMember[],
): PolicyObject[] {
  const metadata = { name: nameObjects({ id, name }), labels: { [placementLabel]: id } };
  const resourceSelectors = [renderSelector(document.select)];
  const policy: PolicyObject = {
    apiVersion: policyApi,
    kind: 'ClusterPropagationPolicy',
    metadata,
    spec: {
      resourceSelectors,
      // What a workload refers to goes with it: it would not start otherwise.
      propagateDeps: true,
      placement: renderPlace(document, chooseMembers(document, members), members),
    },
  };
  const overrideRules = (document.overrides ?? []).map((override) => renderOverride(override, members));
  if (overrideRules.length === 0) return [policy];
  return [
    policy,
    { apiVersion: policyApi, kind: 'ClusterOverridePolicy', metadata, spec: { resourceSelectors, overrideRules } },
  ];
}

function renderSelector({ labels, ...selector }: Schemas['WorkloadSelector']): Record<string, unknown> {
  return { ...selector, ...(labels === undefined ? {} : { labelSelector: { matchLabels: labels } }) };
}

function renderPlace(
  document: PlacementDocument,
  choice: Choice,
  members: readonly PlaceableMember[],
): Record<string, unknown> {
  const tolerations = [...(document.tolerations ?? []).map(renderToleration), ...renderFailover(document)];
  return {
    ...renderAffinity(document, choice, members),
    ...(tolerations.length === 0 ? {} : { clusterTolerations: tolerations }),
    ...(choice.spread === undefined ? {} : { spreadConstraints: renderSpread(choice.spread) }),
    replicaScheduling: renderReplicas(document, members),
  };
}

/** What the hub can tell apart by itself is left to it, so that a new member is found at once. */
function renderAffinity(
  document: PlacementDocument,
  { named, chosen, standby, faults }: Choice,
  members: readonly PlaceableMember[],
): Record<string, unknown> {
  if (!named || faults.length > 0) return { clusterAffinity: describeAffinity(document, members) };
  const sets = [chosen, ...standby].filter((set) => set.length > 0);
  const terms = sets.map((set, index) => ({
    affinityName: index === 0 ? 'first' : `standby-${index}`,
    clusterNames: set.map(({ memberName }) => memberName),
  }));
  return { clusterAffinities: terms };
}

type Expression = { key: string; operator: 'In' | 'NotIn'; values: string[] };

function describeAffinity(
  { affinity = {}, exclude = {}, within = {}, without = {} }: PlacementDocument,
  members: readonly PlaceableMember[],
): Record<string, unknown> {
  const labels = Object.entries(exclude).map(([key, value]): Expression => ({
    key,
    operator: 'NotIn',
    values: [value],
  }));
  const labelSelector = {
    ...(Object.keys(affinity).length === 0 ? {} : { matchLabels: affinity }),
    ...(labels.length === 0 ? {} : { matchExpressions: labels }),
  };
  const fields = [
    ...describeField('provider', 'In', within.providers),
    ...describeField('region', 'In', within.regions),
    ...describeField('provider', 'NotIn', without.providers),
    ...describeField('region', 'NotIn', without.regions),
  ];
  return {
    ...(Object.keys(labelSelector).length === 0 ? {} : { labelSelector }),
    ...(fields.length === 0 ? {} : { fieldSelector: { matchExpressions: fields } }),
    ...(within.clusters === undefined ? {} : { clusterNames: listMemberNames(within.clusters, members) }),
    ...(without.clusters === undefined ? {} : { exclude: listMemberNames(without.clusters, members) }),
  };
}

function describeField(key: string, operator: Expression['operator'], values: string[] | undefined): Expression[] {
  return values === undefined ? [] : [{ key, operator, values }];
}

/** A name that no member has any more stays as it is: an empty list would mean all of them. */
function listMemberNames(names: readonly string[], members: readonly PlaceableMember[]): string[] {
  return names.map((name) => members.find((member) => member.name === name)?.memberName ?? name);
}

function renderToleration({ seconds, operator, ...toleration }: Schemas['Toleration']): Record<string, unknown> {
  const lived = seconds === undefined ? {} : { tolerationSeconds: seconds };
  return { ...toleration, operator: operator ?? 'Equal', ...lived };
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The hub taints what it finds not ready or does not reach. */
function renderFailover({ failover }: PlacementDocument): Record<string, unknown>[] {
  const after = failover?.after;
  if (after === undefined) return [];
  const tolerationSeconds = Number(after.slice(0, -1)) * (secondsOf[after.slice(-1)] ?? 1);
  return ['cluster.karmada.io/not-ready', 'cluster.karmada.io/unreachable'].map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds,
  }));
}

/** A spread by region needs one by cluster beside it. */
function renderSpread({ by, min, max }: NonNullable<Choice['spread']>): Record<string, unknown>[] {
  const own = { spreadByField: by, minGroups: min, ...(max === undefined ? {} : { maxGroups: max }) };
  return by === 'cluster' ? [own] : [own, { spreadByField: 'cluster', minGroups: min }];
}

function renderReplicas(document: PlacementDocument, members: readonly PlaceableMember[]): Record<string, unknown> {
  const division = divisionOf(document);
  const divided = { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' };
  switch (division) {
    case 'duplicated':
      return { replicaSchedulingType: 'Duplicated' };
    case 'aggregated':
      return { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' };
    case 'dynamic':
      return { ...divided, weightPreference: { dynamicWeight: 'AvailableReplicas' } };
    case 'weighted': {
      const weights = Object.entries(document.replicas?.weights ?? {}).filter(([, weight]) => weight > 0);
      // Without weights of our own, the hub weighs all alike.
      if (weights.length === 0) return divided;
      const staticWeightList = weights.map(([name, weight]) => ({
        targetCluster: { clusterNames: listMemberNames([name], members) },
        weight,
      }));
      return { ...divided, weightPreference: { staticWeightList } };
    }
  }
}

function renderOverride(override: Schemas['Override'], members: readonly PlaceableMember[]): Record<string, unknown> {
  const { targets, imageRegistry, labels, args = [], patches = [] } = override;
  const registry = { component: 'Registry', operator: 'replace', value: imageRegistry };
  return {
    ...(targets === undefined ? {} : { targetCluster: describeTargets(targets, members) }),
    overriders: {
      ...(imageRegistry === undefined ? {} : { imageOverrider: [registry] }),
      ...(args.length === 0 ? {} : { argsOverrider: args.flatMap(renderArgs) }),
      ...(labels === undefined ? {} : { labelsOverrider: [{ operator: 'add', value: labels }] }),
      ...(patches.length === 0 ? {} : { plaintext: patches.map(({ op, ...patch }) => ({ operator: op, ...patch })) }),
    },
  };
}

/** What is removed goes before what is added. */
function renderArgs({ container, add, remove }: Schemas['ArgsOverride']): Record<string, unknown>[] {
  const rule = (operator: string, value: string[] | undefined) =>
    value === undefined ? [] : [{ containerName: container, operator, value }];
  return [...rule('remove', remove), ...rule('add', add)];
}

function describeTargets(
  { labels, providers, regions, clusters }: Schemas['OverrideTargets'],
  members: readonly PlaceableMember[],
): Record<string, unknown> {
  const within = {
    ...(providers === undefined ? {} : { providers }),
    ...(regions === undefined ? {} : { regions }),
    ...(clusters === undefined ? {} : { clusters }),
  };
  return describeAffinity({ affinity: labels ?? {}, within } as PlacementDocument, members);
}
