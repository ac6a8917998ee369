// Everything that lives inside a cluster: for now the service accounts by which people come in, each with its right.

import { CustomResource, type CustomResourceOptions, type Resource } from '@pulumi/pulumi';
import type { Program } from '../contract.ts';
import type { AddonsInputs, AddonsOutputs } from './contract.ts';
import { accounts, manifests, writeManifest, type Manifest } from './manifests.ts';
import { createProvider, SYSTEM_NAMESPACE } from './scope.ts';

/** An object of the list. The SDK's classes do the same; they would have to be loaded, one for each kind. */
class ListedObject extends CustomResource {
  constructor(manifest: Manifest, inputs: AddonsInputs, options: CustomResourceOptions) {
    super(`kubernetes:${manifest.api}:${manifest.kind}`, manifest.name, writeManifest(manifest, inputs), options);
  }
}

/** Makes every object of the list. */
export const addonsProgram: Program<AddonsInputs, AddonsOutputs> = (inputs) => {
  const provider = createProvider(inputs);
  const made = new Map<string, Resource>();
  for (const manifest of manifests) {
    const dependsOn = (manifest.after ?? []).flatMap((earlier) => made.get(earlier) ?? []);
    made.set(manifest.name, new ListedObject(manifest, inputs, { provider, dependsOn }));
  }
  return Promise.resolve({ namespace: SYSTEM_NAMESPACE, accounts });
};
