// How Azure names and refuses: ARM ids, error texts as the provider plugin prints them, and what all its types share.
import { CloudError } from '../../cloud-error.ts';
import type { CloudContext, Created, Resource, ResourceType, Values } from '../../resource-type.ts';
import { isRegion } from '../facts.ts';
import { text } from '../values.ts';

/** The resource group's type token. */
export const GROUP = 'azure-native:resources:ResourceGroup';

/** A refusal of Azure Resource Manager. */
export function azureError(status: number, code: string, message: string, retryable = false): CloudError {
  return new CloudError(code, `Status=${status} Code="${code}" Message="${message}"`, retryable);
}

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

/** What a type in a resource group is made of. */
export type GroupedType = Omit<ResourceType, 'create' | 'replaceOn'> & {
  /** Below the group: `Microsoft.Network/virtualNetworks/{virtualNetworkName}`. */
  path: string;
  /** Properties that need a new resource, beside those that make its id and its location. */
  replaceOn?: string[];
  /** Its resources stand below others and have no location of their own. */
  child?: boolean;
  make(context: CloudContext, inputs: Values, place: { id: string; name: string; location: string }): Values;
};

/** Makes a resource type of something that stands in a resource group. */
export function groupedType(parts: GroupedType): ResourceType {
  const { path, replaceOn = [], child, make, ...rest } = parts;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const nameInput = names.at(-1) ?? '';
  return {
    ...rest,
    autoName: nameInput,
    deleteBeforeReplace: true,
    replaceOn: ['resourceGroupName', ...names, ...(child ? [] : ['location']), ...replaceOn],
    create(context, inputs): Created {
      const group = groupId(context, text(inputs, 'resourceGroupName'));
      const found = context.find(GROUP, group);
      if (!found || found.state === 'deleting') {
        const message = `Resource group '${text(inputs, 'resourceGroupName')}' could not be found.`;
        throw azureError(404, 'ResourceGroupNotFound', message);
      }
      const id = `${group}/providers/${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => text(inputs, name))}`;
      if (context.find(parts.token, id)) {
        throw new CloudError('AlreadyExists', `cannot create already existing resource '${id}'`);
      }
      const location = text(inputs, 'location') || text(found.inputs, 'location');
      if (!child) checkLocation(location, path);
      const name = text(inputs, nameInput);
      const type = path.split('/').filter((part) => !part.startsWith('{'));
      const outputs = {
        ...inputs,
        ...(child ? {} : { location }),
        name,
        type: type.join('/'),
        azureApiVersion: 'simulated',
        ...make(context, inputs, { id, name, location }),
      };
      return { id, name, region: location, outputs };
    },
  };
}

/** Refuses a location that Azure does not have. */
export function checkLocation(location: string, what: string): void {
  if (isRegion('aks', location)) return;
  const message = `The provided location '${location}' is not available for resource type '${what.replace(/\/\{.*/, '')}'.`;
  throw azureError(400, 'LocationNotAvailableForResourceType', message);
}
