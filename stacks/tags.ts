// Tags and labels of every resource: Fleetyard's own, by which recovery and sweeps find things, and the user's, in each provider's alphabet.

import type { StackIdentity } from './contract.ts';
import { getBaseName, hashOf } from './naming.ts';

/** The tag that holds `<stack>/<logical name>`; recovery looks a resource up by it. */
export const RESOURCE_TAG = 'fleetyard-resource';

/** The node label that holds the pool's name as the user wrote it, for physical names differ by provider. */
export const POOL_LABEL = 'fleetyard-pool';

/** Which resource of which stack a tag names. */
export type ResourceReference = { stack: string; name: string };

type TagRule = {
  keyLength: number;
  valueLength: number;
  key: RegExp;
  value: RegExp;
  first?: RegExp;
  lowerCase: boolean;
};

const AWS: TagRule = {
  keyLength: 128,
  valueLength: 256,
  key: /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu,
  value: /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu,
  lowerCase: false,
};
const AZURE: TagRule = { keyLength: 512, valueLength: 256, key: /[<>%&\\?/]/g, value: /[^\s\S]/g, lowerCase: false };
const GCP: TagRule = {
  keyLength: 63,
  valueLength: 63,
  key: /[^a-z0-9_-]/g,
  value: /[^a-z0-9_-]/g,
  first: /^[a-z]/,
  lowerCase: true,
};

/** Fleetyard's own tags, the same at every provider. */
export function getOwnTags(identity: StackIdentity): Record<string, string> {
  return {
    'fleetyard-project': identity.project,
    'fleetyard-cluster': identity.cluster,
    'fleetyard-operation': identity.operation,
  };
}

/** Tags of an AWS resource; with a reference also its `Name` and what recovery looks it up by. */
export function getAwsTags(identity: StackIdentity, resource?: ResourceReference): Record<string, string> {
  const own = getOwnTags(identity);
  const user = fitTags(identity.tags, AWS, (key) => key in own || key === RESOURCE_TAG || /^aws:/i.test(key));
  if (resource === undefined) return { ...user, ...own };
  const name = `${getBaseName(identity.cluster)}-${resource.name}`;
  return { Name: name, ...user, ...own, [RESOURCE_TAG]: `${resource.stack}/${resource.name}` };
}

/** Tags of an Azure resource. */
export function getAzureTags(identity: StackIdentity): Record<string, string> {
  const own = getOwnTags(identity);
  return { ...fitTags(identity.tags, AZURE, (key) => key in own || /^(microsoft|azure|windows)/i.test(key)), ...own };
}

/** Labels of a Google Cloud resource: lower case, 63 characters at most. */
export function getGcpLabels(identity: StackIdentity): Record<string, string> {
  const own = getOwnTags(identity);
  return { ...fitTags(identity.tags, GCP, (key) => key.toLowerCase() in own || /^goog/i.test(key)), ...own };
}

/**
 * The user's tags in a provider's alphabet, in the order of their keys. A key that had to change carries a hash when
 * its new form is taken, so that no tag silently replaces another.
 */
function fitTags(
  tags: Record<string, string>,
  rule: TagRule,
  reserved: (key: string) => boolean,
): Record<string, string> {
  const fitted: Record<string, string> = {};
  const keys = Object.keys(tags).filter((key) => !reserved(key));
  const exact = keys.filter((key) => fitText(key, rule.key, rule.keyLength, rule) === key);
  const changed = keys.filter((key) => !exact.includes(key));
  for (const key of [...exact.sort(), ...changed.sort()]) {
    let name = fitText(key, rule.key, rule.keyLength, rule);
    if (rule.first !== undefined && !rule.first.test(name)) name = `x-${name}`.slice(0, rule.keyLength);
    if (name in fitted) name = `${name.slice(0, rule.keyLength - 7)}-${hashOf(key, 6)}`;
    fitted[name] = fitText(tags[key] ?? '', rule.value, rule.valueLength, rule);
  }
  return fitted;
}

function fitText(text: string, forbidden: RegExp, length: number, rule: TagRule): string {
  return (rule.lowerCase ? text.toLowerCase() : text).replace(forbidden, '-').slice(0, length);
}
