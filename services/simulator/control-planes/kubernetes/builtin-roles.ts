// The cluster roles that every API server has, with the rules that Kubernetes 1.34 gives them, as far as one of these servers is asked for them.
import type { PolicyRule } from './policy-rules.ts';

const reading = ['get', 'list', 'watch'];
const writing = ['create', 'delete', 'deletecollection', 'patch', 'update'];

const core = [
  'configmaps',
  'endpoints',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'serviceaccounts',
  'services',
];
const apps = ['daemonsets', 'deployments', 'replicasets', 'statefulsets'];
const others: [string, string[]][] = [
  ['autoscaling', ['horizontalpodautoscalers']],
  ['batch', ['cronjobs', 'jobs']],
  ['networking.k8s.io', ['ingresses', 'networkpolicies']],
  ['policy', ['poddisruptionbudgets']],
];

const view: PolicyRule[] = [
  { verbs: reading, apiGroups: [''], resources: [...core, 'pods/log', 'pods/status', 'services/status'] },
  { verbs: reading, apiGroups: [''], resources: ['bindings', 'events', 'limitranges', 'namespaces', 'resourcequotas'] },
  { verbs: reading, apiGroups: ['apps'], resources: [...apps, 'controllerrevisions', 'deployments/scale'] },
  ...others.map(([group, resources]) => ({ verbs: reading, apiGroups: [group], resources })),
  { verbs: reading, apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
];

const edit: PolicyRule[] = [
  ...view,
  { verbs: reading, apiGroups: [''], resources: ['secrets', 'pods/attach', 'pods/exec', 'pods/portforward'] },
  { verbs: writing, apiGroups: [''], resources: [...core, 'secrets', 'pods/attach', 'pods/exec', 'pods/portforward'] },
  { verbs: ['create'], apiGroups: [''], resources: ['pods/eviction', 'serviceaccounts/token'] },
  { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'] },
  { verbs: writing, apiGroups: ['apps'], resources: [...apps, 'deployments/rollback', 'deployments/scale'] },
  ...others.map(([group, resources]) => ({ verbs: writing, apiGroups: [group], resources })),
];

const admin: PolicyRule[] = [
  ...edit,
  { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'] },
  {
    verbs: [...reading, ...writing],
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['rolebindings', 'roles'],
  },
];

const everything: PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** What clouds call an administrator who only looks. */
const adminView: PolicyRule[] = [{ verbs: reading, apiGroups: ['*'], resources: ['*'] }];

/** Rules by the name of the role; `admin-view` is none of Kubernetes' own, and only clouds give it. */
export const builtinRoles = {
  view,
  edit,
  admin,
  'cluster-admin': everything,
  'admin-view': adminView,
} as const satisfies Record<string, PolicyRule[]>;

/** What whoever is known may do: ask about themselves, and look at what the server is. */
export const basicRules: PolicyRule[] = [
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  {
    verbs: ['get'],
    nonResourceURLs: [
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/openapi',
      '/openapi/*',
      '/readyz',
      '/version',
      '/version/',
    ],
  },
];
