// What a placement may not select: what makes up the hub, and what Karmada never hands on.

import type { Schemas } from '../../contract/schemas.ts';
import type { ErrorDetail } from '../errors.ts';

type Selector = Schemas['WorkloadSelector'];

const ownNamespace = /^(karmada-(system|cluster|es-.*)|kube-.*)$/;
const ownGroup = /(^|\.)karmada\.io$/;
const ownName = /^(karmada|system:|kube-|v[0-9][a-z0-9]*\.)/;
/** Kinds that are in no namespace, and of which the hub has its own. */
const sharedKinds: readonly string[] = [
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'Namespace',
  'ValidatingWebhookConfiguration',
];
/** What the API server of the hub makes for itself, or makes no sense without a node. */
const unplaceable: readonly string[] = ['Event', 'Node', 'Lease', 'Endpoints', 'EndpointSlice', 'TokenReview'];

/** Collects what is wrong with a selector. */
export function checkSelector(selector: Selector, pointer: string): ErrorDetail[] {
  const { apiVersion, kind, namespace, name, labels = {} } = selector;
  const refuse = (field: string, message: string): ErrorDetail[] => [
    { pointer: `${pointer}/${field}`, message, code: 'hub-object' },
  ];
  if (ownGroup.test(apiVersion.split('/')[0] ?? '')) {
    return refuse('apiVersion', "Objects of Karmada are the hub's own.");
  }
  if (unplaceable.includes(kind)) return refuse('kind', `Objects of the kind ${kind} are never handed on.`);
  if (namespace !== undefined && ownNamespace.test(namespace)) {
    return refuse('namespace', `The namespace ${namespace} is the hub's own.`);
  }
  if (!sharedKinds.includes(kind)) return [];
  if (namespace !== undefined) return refuse('namespace', `Objects of the kind ${kind} are in no namespace.`);
  if (name !== undefined && (ownName.test(name) || (kind === 'Namespace' && name === 'default'))) {
    return refuse('name', `${name} is the hub's own.`);
  }
  if (name === undefined && Object.keys(labels).length === 0) {
    return refuse('kind', `This would select the hub's own objects of the kind ${kind}: say a name or labels.`);
  }
  return [];
}
