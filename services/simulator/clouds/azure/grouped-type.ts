// What all types that stand in a resource group share.
import type { Values } from '../../ledger/resource.ts';
import { CloudError } from '../cloud-error.ts';
import type { CloudContext, Created, ResourceType } from '../resource-type.ts';
import { text } from '../values.ts';
import { azureError } from './errors.ts';
import { checkLocation, groupId } from './resource-ids.ts';
import { GROUP } from './tokens.ts';

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
