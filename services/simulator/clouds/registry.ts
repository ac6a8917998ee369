// Finds the simulated cloud and the rules of a resource type.
import { CloudError } from './cloud-error.ts';
import type { Cloud, ResourceType } from './resource-type.ts';
import { aws } from './aws/cloud.ts';
import { azure } from './azure/cloud.ts';
import { google } from './gcp/cloud.ts';

const CLOUDS = new Map<string, Cloud>([aws, azure, google].map((cloud) => [cloud.name, cloud]));
const TYPES = new Map([...CLOUDS.values()].flatMap((cloud) => cloud.types.map((type) => [type.token, type] as const)));

/** Every token that some cloud knows. */
export const KNOWN_TYPES = [...TYPES.keys()];

/** The cloud of a type or function token. */
export function getCloudOf(token: string): Cloud {
  const cloud = CLOUDS.get(token.split(':')[0] ?? '');
  if (cloud) return cloud;
  throw new CloudError('UnknownCloud', `the simulator has no cloud for ${token}`);
}

/** The rules of a type; an unknown one is an error, as it is at a real plugin. */
export function getType(token: string): ResourceType {
  const type = TYPES.get(token);
  if (type) return type;
  throw new CloudError('UnknownResourceType', `unknown resource type ${token}: the simulator does not know it`);
}
