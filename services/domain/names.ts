// What the things of a project may be called.

import type { ErrorDetail } from './errors.ts';
import { looksLikeId } from './ids.ts';

// Karmada refuses members of more than 48 characters, and any cluster may join a federation later.
const longest = 48;
const label = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

/** Says what is wrong with a name, or undefined. A name is a DNS label of at most 48 characters, and never looks like an id. */
export function findNameFault(name: string): string | undefined {
  if (looksLikeId(name)) return 'A name may not look like an id (letters followed by an underscore).';
  if (name.length === 0) return 'A name may not be empty.';
  if (name.length > longest) return `A name has at most ${longest} characters; this one has ${name.length}.`;
  if (!label.test(name)) {
    return 'A name has lower-case letters, digits and hyphens, starts with a letter and ends with a letter or a digit.';
  }
  return undefined;
}

/** The same as details with a pointer: none or one. */
export function checkName(name: string, pointer: string): ErrorDetail[] {
  const fault = findNameFault(name);
  return fault === undefined ? [] : [{ pointer, message: fault, code: 'name-invalid' }];
}
