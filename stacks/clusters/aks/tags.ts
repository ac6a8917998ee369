import type { StackIdentity } from '../../contract.ts';
import { fitTags, getOwnTags, type TagRule } from '../../tags.ts';

const ALPHABET: TagRule = { keyLength: 512, valueLength: 256, key: /[<>%&\\?/]/g, value: /[^\s\S]/g, lowerCase: false };

/** Tags of an Azure resource. */
export function getAzureTags(identity: StackIdentity): Record<string, string> {
  const own = getOwnTags(identity);
  const user = fitTags(identity.tags, ALPHABET, (key) => key in own || /^(microsoft|azure|windows)/i.test(key));
  return { ...user, ...own };
}
