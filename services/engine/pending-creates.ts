// Creations that began and whose end nobody saw: read from a deployment, and taken into it once their ids are known.

import type { PendingCreate } from '../../stacks/adoption.ts';
import type { Deployment, StateResource } from './deployment.ts';

/** A create that was under way and may replace a resource that still stands. */
export type PendingReplacement = PendingCreate & {
  /** The inputs of the resource that it replaces. */
  replaced?: Record<string, unknown>;
};

/** A creation in doubt, with all that it takes to look it up again and to take it into the state. */
export type DoubtfulCreate = {
  resource: StateResource;
  /** It replaces a resource that still stands under the same URN. */
  replacing: boolean;
};

/** Whether Pulumi itself keeps the resource: nothing of it is in any cloud. */
function isOwnKind(type: string): boolean {
  return type.startsWith('pulumi:');
}

function listResources(deployment: Deployment): StateResource[] {
  return deployment.deployment.resources ?? [];
}

/** The resource that stands under a URN: neither replaced nor deleted already. */
function findStanding(deployment: Deployment, urn: string): StateResource | undefined {
  return listResources(deployment).find(
    (resource) => resource.urn === urn && resource.delete !== true && resource.pendingReplacement !== true,
  );
}

/**
 * The creations in doubt: those that an earlier runner left on the stack, and those that were under way when the deployment was
 * last written. Updates and deletes are settled by a refresh alone.
 */
export function listDoubtful(deployment: Deployment, kept: readonly DoubtfulCreate[]): DoubtfulCreate[] {
  const byUrn = new Map(kept.map((create) => [create.resource.urn, create]));
  for (const { resource, type } of deployment.deployment.pending_operations ?? []) {
    if (type !== 'creating' || !resource.custom || isOwnKind(resource.type) || byUrn.has(resource.urn)) continue;
    byUrn.set(resource.urn, { resource, replacing: findStanding(deployment, resource.urn) !== undefined });
  }
  return [...byUrn.values()];
}

/** What has to be looked for: a creation that the state holds already is read by the refresh. */
export function listPendingCreates(deployment: Deployment, doubtful: readonly DoubtfulCreate[]): PendingReplacement[] {
  return doubtful.flatMap(({ resource: { urn, type, inputs = {} }, replacing }) => {
    const standing = findStanding(deployment, urn);
    if (standing === undefined) return [{ urn, type, inputs }];
    return replacing ? [{ urn, type, inputs, replaced: standing.inputs ?? {} }] : [];
  });
}

/**
 * A deployment without pending operations in which every creation whose id is known stands as a resource, and what it replaces is
 * to be deleted. A refresh then reads each from the cloud, and drops those that the cloud does not have.
 */
export function adoptDoubtful(
  deployment: Deployment,
  doubtful: readonly DoubtfulCreate[],
  ids: ReadonlyMap<string, string>,
): Deployment {
  const { pending_operations: _settled, resources = [], ...rest } = deployment.deployment;
  let adopted = resources;
  for (const { resource } of doubtful) {
    const id = ids.get(resource.urn);
    // Without outputs a refresh reads the resource the way an import does.
    if (id !== undefined) adopted = takeIn(adopted, { ...resource, id, outputs: {} });
  }
  return { ...deployment, deployment: { ...rest, resources: adopted } };
}

/** What depends on a resource stands behind it, so the new one takes the place of the one that it replaces. */
function takeIn(resources: StateResource[], adopted: StateResource): StateResource[] {
  const place = resources.findIndex(({ urn }) => urn === adopted.urn);
  if (place < 0) return [...resources, adopted];
  const others = resources
    .filter(({ urn, pendingReplacement }) => urn !== adopted.urn || pendingReplacement !== true)
    .map((resource) => (resource.urn === adopted.urn ? { ...resource, delete: true } : resource));
  return others.toSpliced(place, 0, adopted);
}

/**
 * A deployment in which what was replaced stands as far ahead as it may. A refresh puts it at the end, behind what still depends on
 * it, and the engine would delete both at once, which clouds refuse. Undefined when everything is in order.
 */
export function orderReplaced(deployment: Deployment): Deployment | undefined {
  const resources = listResources(deployment);
  const replaced = resources.filter((resource) => resource.delete === true);
  const ordered = resources.filter((resource) => resource.delete !== true);
  for (const old of replaced) ordered.splice(findPlace(ordered, old), 0, old);
  if (ordered.every((resource, index) => resource === resources[index])) return undefined;
  return { ...deployment, deployment: { ...deployment.deployment, resources: ordered } };
}

/** The first place behind its successor and everything that it refers to itself. */
function findPlace(resources: readonly StateResource[], old: StateResource): number {
  const wanted = new Set([old.urn, ...listReferences(old)]);
  const behind = resources.flatMap(({ urn, id }, index) =>
    wanted.has(urn) || `${urn}::${id}` === old['provider'] ? [index + 1] : [],
  );
  return Math.max(0, ...behind);
}

/** A deployment without some resources and without what stands on them. */
export function dropResources(deployment: Deployment, urns: ReadonlySet<string>): Deployment {
  const gone = new Set(urns);
  const resources = listResources(deployment).filter((resource) => {
    if (!gone.has(resource.urn) && !listReferences(resource).some((urn) => gone.has(urn as string))) return true;
    // Dependents stand behind what they depend on, so one pass finds all of them.
    gone.add(resource.urn);
    return false;
  });
  return { ...deployment, deployment: { ...deployment.deployment, resources } };
}

function listReferences({ parent, dependencies, propertyDependencies }: StateResource): unknown[] {
  return [
    parent,
    ...((dependencies ?? []) as string[]),
    ...Object.values((propertyDependencies ?? {}) as Record<string, string[] | null>).flatMap((urns) => urns ?? []),
  ];
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
