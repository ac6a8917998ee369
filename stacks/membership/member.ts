// What a join makes in the member: two service accounts with long-lived tokens, one of them with every right.

import { Namespace } from '@pulumi/kubernetes/core/v1/namespace.js';
import { Secret } from '@pulumi/kubernetes/core/v1/secret.js';
import { ServiceAccount } from '@pulumi/kubernetes/core/v1/serviceAccount.js';
import type { Provider } from '@pulumi/kubernetes/provider.js';
import { ClusterRole } from '@pulumi/kubernetes/rbac/v1/clusterRole.js';
import { ClusterRoleBinding } from '@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js';
import { runtime, secret } from '@pulumi/pulumi';
import type { Output, Resource } from '@pulumi/pulumi';
import { JOIN_NAMESPACE, SYSTEM_LABELS } from './scope.ts';

/** A token that the member issued, in base64 as a Secret holds it, with the authority to trust. */
export type IssuedToken = { token: Output<string>; authority: Output<string> };

/** What the hub must know of a member. */
export type MemberObjects = {
  id: Output<string>;
  controller: IssuedToken;
  impersonator: IssuedToken;
  ready: Resource[];
};

/** Creates the member's side of a join. */
export function createMemberObjects(memberName: string, provider: Provider): MemberObjects {
  const account = `karmada-${memberName}`;
  const namespace = new Namespace(
    'member-namespace',
    { metadata: { name: JOIN_NAMESPACE, labels: SYSTEM_LABELS } },
    { provider },
  );
  const impersonator = createAccount('impersonator', 'karmada-impersonator', namespace, provider);
  const controller = createAccount('controller', account, namespace, provider);
  const binding = grantEverything(account, controller.account, provider);
  // The namespace that every cluster has and keeps tells clusters apart.
  const system = Namespace.get('kube-system', 'kube-system', { provider });
  return {
    id: system.metadata.apply((metadata) => metadata.uid),
    controller: controller.issued,
    impersonator: impersonator.issued,
    ready: [binding],
  };
}

function createAccount(name: string, account: string, namespace: Namespace, provider: Provider) {
  const serviceAccount = new ServiceAccount(
    name,
    { metadata: { name: account, namespace: JOIN_NAMESPACE, labels: SYSTEM_LABELS } },
    { provider, dependsOn: [namespace] },
  );
  // The provider itself waits until a Secret of this type has data.
  const token = new Secret(
    name,
    {
      metadata: {
        name: account,
        namespace: JOIN_NAMESPACE,
        annotations: { 'kubernetes.io/service-account.name': account },
      },
      type: 'kubernetes.io/service-account-token',
    },
    { provider, dependsOn: [serviceAccount], additionalSecretOutputs: ['data'] },
  );
  return { account: serviceAccount, issued: { token: readKey(token, 'token'), authority: readKey(token, 'ca.crt') } };
}

/** A key of a token Secret, secret for good; empty only in a preview, where nobody issues tokens. */
function readKey(token: Secret, key: string): Output<string> {
  return secret(
    token.data.apply((data: Record<string, string> | undefined) => {
      const value = data?.[key];
      if (value === undefined && !runtime.isDryRun()) throw new Error(`the member issued no "${key}" for its account`);
      return value ?? '';
    }),
  );
}

function grantEverything(account: string, subject: ServiceAccount, provider: Provider): ClusterRoleBinding {
  const name = `karmada-controller-manager:${account}`;
  const role = new ClusterRole(
    'controller',
    {
      metadata: { name, labels: SYSTEM_LABELS },
      rules: [
        { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
        { nonResourceURLs: ['*'], verbs: ['get'] },
      ],
    },
    { provider },
  );
  return new ClusterRoleBinding(
    'controller',
    {
      metadata: { name, labels: SYSTEM_LABELS },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: JOIN_NAMESPACE }],
    },
    { provider, dependsOn: [role, subject] },
  );
}
