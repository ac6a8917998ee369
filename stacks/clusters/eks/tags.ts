// Tags of AWS resources, and the one by which recovery looks a resource up that AWS alone has numbered.

import type { StackIdentity } from '../../contract.ts';
import { getBaseName } from '../../naming.ts';
import { fitTags, getOwnTags, type TagRule } from '../../tags.ts';

/** The tag that holds `<stack>/<logical name>`; recovery looks a resource up by it. */
export const RESOURCE_TAG = 'fleetyard-resource';

/** Which resource of which stack a tag names. */
type ResourceReference = { stack: string; name: string };

const ALPHABET: TagRule = {
  keyLength: 128,
  valueLength: 256,
  key: /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu,
  value: /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu,
  lowerCase: false,
};

/** Tags of an AWS resource; with a reference also its `Name` and what recovery looks it up by. */
export function getAwsTags(identity: StackIdentity, resource?: ResourceReference): Record<string, string> {
  const own = getOwnTags(identity);
  const user = fitTags(identity.tags, ALPHABET, (key) => key in own || key === RESOURCE_TAG || /^aws:/i.test(key));
  if (resource === undefined) return { ...user, ...own };
  const name = `${getBaseName(identity.cluster)}-${resource.name}`;
  return { Name: name, ...user, ...own, [RESOURCE_TAG]: `${resource.stack}/${resource.name}` };
}
