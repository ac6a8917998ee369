// What a body may hold, and how a body that holds more is refused: with the limit and the place.

import { FleetyardError } from '../../domain/errors.ts';

/** What a body may hold. */
export type BodyLimits = {
  /** Bytes as sent. */
  bytes: number;
  /** Objects and lists inside each other. */
  depth: number;
  /** Entries of one list or members of one object. */
  entries: number;
  /** Values in all, each time that an alias stands for them. */
  values: number;
  /** Characters of one text. */
  text: number;
  /** Characters of one key. */
  key: number;
  /** Anchors and aliases of a YAML document. */
  aliases: number;
};

/** Generous for a fleet of two hundred clusters, small for the memory of the process. */
export const bodyLimits: BodyLimits = {
  bytes: 1024 * 1024,
  depth: 32,
  entries: 1000,
  values: 50_000,
  // A kubeconfig is the longest text of the contract, with 65,536.
  text: 128 * 1024,
  key: 1024,
  // More than these are not a saving of words any more.
  aliases: 100,
};

/** Where a value stands in a body, from the inside out; a pointer is only made of it when one is shown. */
export type Place = { readonly parent: Place | undefined; key: string | number };

/** The JSON pointer to a place. */
export function pointAt(place: Place | undefined): string {
  const tokens: string[] = [];
  for (let at = place; at !== undefined; at = at.parent) tokens.push(String(at.key));
  return tokens
    .toReversed()
    .map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** The error of a body that is over a limit. */
export function tooLarge(place: Place | undefined, what: string): FleetyardError {
  const message = `The body is too large: ${what}.`;
  return refuse('payload-too-large', place, message);
}

/** The error of a body that cannot be read as it is meant. */
export function malformed(place: Place | undefined, message: string): FleetyardError {
  return refuse('malformed-body', place, message);
}

/** Refuses a key that is too long, is kept for the language itself, or cannot be stored. */
export function checkKey(key: string, place: Place, limits: BodyLimits): void {
  if (key.length > limits.key) {
    throw tooLarge(place.parent, `a key has ${key.length} characters, and may have ${limits.key}`);
  }
  if (key === '__proto__') throw malformed(place, 'A key may not be __proto__.');
  checkCharacters(key, place.parent, 'A key');
}

/** Refuses a text that is too long or cannot be stored. */
export function checkText(text: string, place: Place | undefined, limits: BodyLimits): void {
  if (text.length > limits.text) {
    throw tooLarge(place, `a text has ${text.length} characters, and may have ${limits.text}`);
  }
  checkCharacters(text, place, 'A text');
}

/** PostgreSQL stores neither; no word of the contract has them. */
function checkCharacters(text: string, place: Place | undefined, what: string): void {
  if (text.includes('\0')) throw malformed(place, `${what} may not hold the character NUL.`);
  if (!text.isWellFormed()) throw malformed(place, `${what} may not hold half a surrogate pair.`);
}

function refuse(
  code: 'payload-too-large' | 'malformed-body',
  place: Place | undefined,
  message: string,
): FleetyardError {
  return new FleetyardError(code, message, { details: [{ pointer: pointAt(place), message, code }] });
}
