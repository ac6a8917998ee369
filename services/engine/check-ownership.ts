// Tells whether what was found in a cloud by its name is ours: a resource of somebody else may bear it.

import type { StackRecovery } from '../../stacks/provider.ts';
import type { Deployment, StateResource } from './deployment.ts';
import type { DoubtfulCreate } from './pending-creates.ts';

/** The tag or label that names a resource's cluster. */
const ownerTag = 'fleetyard-cluster';

function readOwners(values: Record<string, unknown> | undefined, properties: readonly string[]): string[] {
  return properties.flatMap((property) => {
    const tags = values?.[property];
    if (typeof tags !== 'object' || tags === null) return [];
    const owner = (tags as Record<string, unknown>)[ownerTag];
    return typeof owner === 'string' ? [owner] : [];
  });
}

/**
 * The creations in doubt that stand in the deployment and do not carry the tag that they were to be made with. What cannot carry tags
 * hangs on something that can, or bears the cluster's id in its name.
 */
export function listForeign(
  deployment: Deployment,
  doubtful: readonly DoubtfulCreate[],
  { given, shown }: StackRecovery['tagProperties'],
): StateResource[] {
  const resources = deployment.deployment.resources ?? [];
  return doubtful.flatMap(({ resource: { urn, inputs } }) => {
    const [owner] = readOwners(inputs, given);
    const standing = resources.find((resource) => resource.urn === urn && resource.delete !== true);
    if (owner === undefined || standing === undefined) return [];
    return readOwners(standing.outputs, shown).includes(owner) ? [] : [standing];
  });
}
