// ARM ids of a simulated subscription, and what they lead to.
import type { Resource } from '../../ledger/resource.ts';
import { isRegion } from '../facts.ts';
import type { CloudContext } from '../resource-type.ts';
import { text } from '../values.ts';
import { azureError } from './errors.ts';

/** The subscription that a call works in. */
export function subscriptionOf(context: CloudContext): string {
  const asked = text(context.config, 'subscriptionId');
  if (asked === '' || asked === context.identity.subscriptionId) return context.identity.subscriptionId;
  throw azureError(404, 'SubscriptionNotFound', `The subscription '${asked}' could not be found.`);
}

/** The id of a resource group. */
export function groupId(context: CloudContext, name: string): string {
  return `/subscriptions/${subscriptionOf(context)}/resourceGroups/${name}`;
}

/** Finds a resource by its id, or refuses as ARM does. */
export function getById(context: CloudContext, type: string, id: string): Resource {
  const found = context.find(type, id);
  if (found) return found;
  throw azureError(404, 'ResourceNotFound', `The Resource '${id}' was not found. Referenced resources must exist.`);
}

/** Refuses a location that Azure does not have. */
export function checkLocation(location: string, what: string): void {
  if (isRegion('aks', location)) return;
  const message = `The provided location '${location}' is not available for resource type '${what.replace(/\/\{.*/, '')}'.`;
  throw azureError(400, 'LocationNotAvailableForResourceType', message);
}
