import type { StackIdentity } from '../../contract.ts';
import { fitTags, getOwnTags, type TagRule } from '../../tags.ts';

const ALPHABET: TagRule = {
  keyLength: 63,
  valueLength: 63,
  key: /[^a-z0-9_-]/g,
  value: /[^a-z0-9_-]/g,
  first: /^[a-z]/,
  lowerCase: true,
};

/** Labels of a Google Cloud resource: lower case, 63 characters at most. */
export function getGcpLabels(identity: StackIdentity): Record<string, string> {
  const own = getOwnTags(identity);
  return { ...fitTags(identity.tags, ALPHABET, (key) => key.toLowerCase() in own || /^goog/i.test(key)), ...own };
}
