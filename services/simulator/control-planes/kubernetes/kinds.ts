// The kinds of objects that simulated API servers serve.

/** A kind. */
export type Kind = {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** Served by hubs alone. */
  hub?: boolean;
  secretOutputs?: string[];
};

const RBAC = 'rbac.authorization.k8s.io/v1';
const KARMADA_WORK = 'work.karmada.io/v1alpha2';
const KARMADA_POLICY = 'policy.karmada.io/v1alpha1';

const KINDS: Kind[] = [
  { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    plural: 'secrets',
    namespaced: true,
    secretOutputs: ['data', 'stringData'],
  },
  { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  { apiVersion: RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false },
  {
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    namespaced: false,
  },
  { apiVersion: RBAC, kind: 'Role', plural: 'roles', namespaced: true },
  { apiVersion: RBAC, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true },
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  { apiVersion: 'cluster.karmada.io/v1alpha1', kind: 'Cluster', plural: 'clusters', namespaced: false, hub: true },
  // Nothing is scheduled here, so that there are none.
  { apiVersion: 'work.karmada.io/v1alpha1', kind: 'Work', plural: 'works', namespaced: true, hub: true },
  { apiVersion: KARMADA_WORK, kind: 'ResourceBinding', plural: 'resourcebindings', namespaced: true, hub: true },
  {
    apiVersion: KARMADA_WORK,
    kind: 'ClusterResourceBinding',
    plural: 'clusterresourcebindings',
    namespaced: false,
    hub: true,
  },
  { apiVersion: KARMADA_POLICY, kind: 'PropagationPolicy', plural: 'propagationpolicies', namespaced: true, hub: true },
  {
    apiVersion: KARMADA_POLICY,
    kind: 'ClusterPropagationPolicy',
    plural: 'clusterpropagationpolicies',
    namespaced: false,
    hub: true,
  },
  {
    apiVersion: KARMADA_POLICY,
    kind: 'ClusterOverridePolicy',
    plural: 'clusteroverridepolicies',
    namespaced: false,
    hub: true,
  },
  { apiVersion: KARMADA_POLICY, kind: 'OverridePolicy', plural: 'overridepolicies', namespaced: true, hub: true },
];

/** Finds a kind by its version and name. */
export function findKind(apiVersion: string, kind: string): Kind | undefined {
  return KINDS.find((each) => each.apiVersion === apiVersion && each.kind === kind);
}

/** Finds a kind by the path under which it is served. */
export function findKindByPlural(apiVersion: string, plural: string): Kind | undefined {
  return KINDS.find((each) => each.apiVersion === apiVersion && each.plural === plural);
}

/** The API group of a kind; empty for the core's. */
export function groupOf({ apiVersion }: Kind): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** The type token by which the ledger keeps objects of a kind. */
export function tokenOf(kind: Kind): string {
  const group = kind.apiVersion.includes('/') ? kind.apiVersion : `core/${kind.apiVersion}`;
  return `kubernetes:${group}:${kind.kind}`;
}
