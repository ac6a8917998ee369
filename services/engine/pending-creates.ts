// Reads and rewrites what an interrupted runner left in a deployment: creates that began and whose end nobody saw.

import type { PendingCreate } from '../../stacks/adoption.ts';
import type { Deployment, StateResource } from './open-stack.ts';

/**
 * The creates under way when the last runner of the stack ended. Updates and deletes are settled by a refresh alone, and
 * Pulumi's own resources, such as its providers, are in no cloud: they are made again.
 */
export function listPendingCreates(deployment: Deployment): PendingCreate[] {
  return (deployment.deployment.pending_operations ?? [])
    .filter((operation) => operation.type === 'creating' && operation.resource.custom)
    .filter(({ resource }) => !resource.type.startsWith('pulumi:'))
    .map(({ resource }) => ({ urn: resource.urn, type: resource.type, inputs: resource.inputs ?? {} }));
}

/**
 * A deployment without pending operations in which every create whose id is known stands as a resource. A refresh then reads
 * each from the cloud, and drops those that the cloud does not have.
 */
export function adoptPendingCreates(deployment: Deployment, ids: ReadonlyMap<string, string>): Deployment {
  const { pending_operations: pending = [], resources = [], ...rest } = deployment.deployment;
  const known = new Set(resources.map((resource) => resource.urn));
  const adopted = pending
    .filter((operation) => operation.type === 'creating' && !known.has(operation.resource.urn))
    .flatMap(({ resource }): StateResource[] => {
      const id = ids.get(resource.urn);
      // Without outputs a refresh reads the resource the way an import does.
      return id === undefined ? [] : [{ ...resource, id, outputs: {} }];
    });
  return { ...deployment, deployment: { ...rest, resources: [...resources, ...adopted] } };
}

/** The adopted resources that the cloud is still making; nothing that builds on them may start. */
export function listUnfinished(
  deployment: Deployment,
  urns: ReadonlySet<string>,
  isUnfinished: (resource: StateResource) => boolean,
): string[] {
  return (deployment.deployment.resources ?? [])
    .filter((resource) => urns.has(resource.urn) && isUnfinished(resource))
    .map((resource) => resource.urn);
}
