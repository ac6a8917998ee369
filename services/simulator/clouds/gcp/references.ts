// Projects, regions and the references by which Google's resources find one another.
import type { Resource, Values } from '../../ledger/resource.ts';
import { CloudError } from '../cloud-error.ts';
import { isRegion } from '../facts.ts';
import type { CloudContext } from '../resource-type.ts';
import { text } from '../values.ts';
import { googleError } from './errors.ts';

const API = 'https://www.googleapis.com/compute/v1/';

/** The project that a call works in. */
export function projectOf(context: CloudContext, inputs: Values): string {
  const project = text(inputs, 'project') || text(context.config, 'project') || context.identity.project;
  if (project === context.identity.project) return project;
  const message = `Permission denied on resource project ${project}.`;
  throw new CloudError('PERMISSION_DENIED', `googleapi: Error 403: ${message}, forbidden (PERMISSION_DENIED)`);
}

/** The region of a resource; refused when Google has none of that name. */
export function regionOf(context: CloudContext, inputs: Values, doing: string): string {
  const region = text(inputs, 'region') || text(inputs, 'location') || text(context.config, 'region');
  if (isRegion('gke', region)) return region;
  const path = `projects/${context.identity.project}/regions/${region}`;
  throw googleError(doing, 404, 'notFound', `The resource '${path}' was not found`);
}

/** The URL of a compute resource. */
export function selfLinkOf(id: string): string {
  return API + id;
}

/** Finds what a reference means: a self link, an id, or a bare name below `prefix`. */
export function findReference(
  context: CloudContext,
  type: string,
  reference: string,
  prefix: string,
): Resource | undefined {
  const path = reference.replace(
    /^https:\/\/(www\.googleapis\.com\/compute|compute\.googleapis\.com)\/(v1|beta)\//,
    '',
  );
  return context.find(type, path.includes('/') ? path : `${prefix}/${path}`);
}

/** Like `findReference`, but refuses as Google does. */
export function getReference(
  context: CloudContext,
  type: string,
  reference: string,
  prefix: string,
  doing: string,
): Resource {
  const found = findReference(context, type, reference, prefix);
  if (found) return found;
  const path = reference.includes('/') ? reference : `${prefix}/${reference}`;
  throw googleError(doing, 404, 'notFound', `The resource '${path}' was not found`);
}

/** Refuses a second resource of an id. */
export function refuseTwin(context: CloudContext, type: string, id: string, doing: string): void {
  if (!context.find(type, id)) return;
  throw googleError(doing, 409, 'alreadyExists', `The resource '${id}' already exists`);
}

/** Refuses a deletion while something uses the resource. */
export function refuseInUse(resource: Resource, user: Resource | undefined, doing: string): void {
  if (!user) return;
  const message = `The ${resource.type.split(':').at(-1)?.toLowerCase()} resource '${resource.id}' is already being used by '${user.id}'`;
  throw googleError(doing, 400, 'resourceInUseByAnotherResource', message, true);
}
