// The objects of the addons layer as plain data, pinned: another object is another entry.

import type { AccessLevel, AddonsInputs } from './contract.ts';
import { getObjectLabels, SYSTEM_NAMESPACE } from './scope.ts';

/** One object. `name` is its name in the stack; it follows the entries named in `after`. */
export type Manifest = {
  name: string;
  after?: readonly string[];
  /** Its type in Pulumi's words: group and version of the API, then the kind. */
  api: `${string}/${string}`;
  kind: string;
  metadata: { name: string; namespace?: string };
  /** Whatever stands beside the metadata. */
  rest?: Record<string, unknown>;
};

/** What each level may do: a role that every cluster has, whose rules grow with the cluster's API. */
const clusterRoles: Record<AccessLevel, string> = { viewer: 'view', operator: 'edit', admin: 'cluster-admin' };

/** Names of the service accounts by which people come in. */
export const accounts: Record<AccessLevel, string> = {
  viewer: 'fleetyard-viewer',
  operator: 'fleetyard-operator',
  admin: 'fleetyard-admin',
};

const namespace: Manifest = {
  name: 'namespace',
  api: 'core/v1',
  kind: 'Namespace',
  metadata: { name: SYSTEM_NAMESPACE },
};

/** An account that nobody has a lasting token of, and its right in the whole cluster. */
function grantLevel(level: AccessLevel): Manifest[] {
  const name = accounts[level];
  return [
    {
      name: `${level}-account`,
      after: ['namespace'],
      api: 'core/v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: SYSTEM_NAMESPACE },
      // Its tokens are asked for one at a time; no pod is to find one.
      rest: { automountServiceAccountToken: false },
    },
    {
      name: `${level}-binding`,
      api: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      rest: {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRoles[level] },
        subjects: [{ kind: 'ServiceAccount', name, namespace: SYSTEM_NAMESPACE }],
      },
    },
  ];
}

/** Every object of the layer, in an order in which each follows what it needs. */
export const manifests: readonly Manifest[] = [
  namespace,
  ...(Object.keys(clusterRoles) as AccessLevel[]).flatMap(grantLevel),
];

/** An object as the API server gets it. */
export function writeManifest({ api, kind, metadata, rest = {} }: Manifest, inputs: AddonsInputs) {
  return {
    apiVersion: api.replace(/^core\//, ''),
    kind,
    metadata: { ...metadata, labels: getObjectLabels(inputs) },
    ...rest,
  };
}
