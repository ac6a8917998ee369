// How the policies of placements are called and served at a Karmada hub.

/** Where a hub serves policies. */
export const policyApi = 'policy.karmada.io/v1alpha1';

/** The kinds that placements become, with the names under which they are served. */
const policyKinds = {
  ClusterPropagationPolicy: 'clusterpropagationpolicies',
  ClusterOverridePolicy: 'clusteroverridepolicies',
} as const;

/** A kind that placements become. */
export type PolicyKind = keyof typeof policyKinds;

/** The address of all policies of a kind. */
export function policiesOf(kind: PolicyKind) {
  return { group: 'policy.karmada.io', version: 'v1alpha1', plural: policyKinds[kind] };
}

/** Says which placement a policy belongs to, by its id. */
export const placementLabel = 'fleetyard.io/placement';

/** Who owns the fields that we write. */
export const fieldManager = 'fleetyard';

/** The name of a placement's policies: its own, and 50 random bits of its id, for several projects may share a hub. */
export function nameObjects({ id, name }: { id: string; name: string }): string {
  return `fleetyard-${name.slice(0, 40).replace(/-+$/, '')}-${/[0-9a-z]{1,10}$/.exec(id)?.[0] ?? ''}`;
}
