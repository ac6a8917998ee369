// What a join makes at the hub: the member's tokens as Secrets, and the Cluster object that refers to them.

import { CustomResource } from '@pulumi/kubernetes/apiextensions/customResource.js';
import { Namespace } from '@pulumi/kubernetes/core/v1/namespace.js';
import { Secret } from '@pulumi/kubernetes/core/v1/secret.js';
import type { Provider } from '@pulumi/kubernetes/provider.js';
import type { Input } from '@pulumi/pulumi';
import type { MembershipInputs } from './contract.ts';
import type { MemberObjects } from './member.ts';
import { JOIN_NAMESPACE, SYSTEM_LABELS } from './scope.ts';

/** Which taints are the cluster's own, so that a later change of them leaves those of others alone (`federation/karmada/own-taints.ts`). */
function describeTaints({ memberTaints }: MembershipInputs): { annotations?: Record<string, string> } {
  if (memberTaints.length === 0) return {};
  const named = memberTaints.map(({ key, effect }) => `${key}:${effect}`).join(',');
  return { annotations: { 'fleetyard.io/taints': named } };
}

/** Creates the hub's side of a join. */
export function createHubObjects(inputs: MembershipInputs, member: MemberObjects, provider: Provider): void {
  const { memberName } = inputs;
  const impersonator = `${memberName}-impersonator`;
  // All members of the hub share it, so each applies it and none deletes it.
  const namespace = new Namespace(
    'hub-namespace',
    { metadata: { name: JOIN_NAMESPACE, labels: SYSTEM_LABELS } },
    { provider, retainOnDelete: true },
  );
  const secrets = [
    createSecret('hub-controller', memberName, {
      token: member.controller.token,
      caBundle: member.controller.authority,
    }),
    createSecret('hub-impersonator', impersonator, { token: member.impersonator.token }),
  ];
  new CustomResource(
    'member',
    {
      apiVersion: 'cluster.karmada.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name: memberName, labels: inputs.labels, ...describeTaints(inputs) },
      spec: {
        syncMode: 'Push',
        apiEndpoint: inputs.endpoint,
        id: member.id,
        secretRef: { namespace: JOIN_NAMESPACE, name: memberName },
        impersonatorSecretRef: { namespace: JOIN_NAMESPACE, name: impersonator },
        provider: inputs.provider,
        region: inputs.region,
        zones: inputs.zones,
        ...(inputs.memberTaints.length === 0 ? {} : { taints: inputs.memberTaints }),
      },
    },
    {
      provider,
      // At the end the Cluster goes first: its removal needs the Secrets to clean the member up.
      dependsOn: [...secrets, ...member.ready],
      // The hub fills in the first and its controllers write the second.
      ignoreChanges: ['spec.resourceModels', 'spec.taints', 'metadata.annotations'],
    },
  );

  function createSecret(name: string, object: string, data: Record<string, Input<string>>): Secret {
    return new Secret(
      name,
      { metadata: { name: object, namespace: JOIN_NAMESPACE, labels: SYSTEM_LABELS }, type: 'Opaque', data },
      { provider, dependsOn: [namespace] },
    );
  }
}
