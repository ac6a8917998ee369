// Reads and rewrites what an interrupted runner left in a deployment: creates that began and whose end nobody saw.

import type { Deployment, StateResource } from './open-stack.ts';

/** A create that was under way. Its inputs are known, its id is not. */
export type PendingCreate = { urn: string; type: string; inputs: Record<string, unknown> };

/** The creates under way when the last runner of the stack ended. Updates and deletes are settled by a refresh alone. */
export function listPendingCreates(deployment: Deployment): PendingCreate[] {
  return (deployment.deployment.pending_operations ?? [])
    .filter((operation) => operation.type === 'creating' && operation.resource.custom)
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

/** Words that EKS, AKS, GKE and Compute use for a resource that is still being made. */
const unsettledStates = new Set(['CREATING', 'PROVISIONING', 'PENDING', 'UPDATING', 'Creating', 'Updating', 'pending']);

/** The adopted resources that the cloud is still making; nothing that builds on them may start. */
export function listUnsettled(deployment: Deployment, urns: ReadonlySet<string>): string[] {
  return (deployment.deployment.resources ?? [])
    .filter((resource) => urns.has(resource.urn))
    .filter(({ outputs = {} }) => {
      return [outputs['status'], outputs['state'], outputs['provisioningState']].some(
        (state) => typeof state === 'string' && unsettledStates.has(state),
      );
    })
    .map((resource) => resource.urn);
}
