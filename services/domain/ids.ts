// Prefixed, time-ordered identifiers: how they are made and how they are told from names.

import { uuidv7obj } from 'uuidv7';

/** Every kind of row that carries an id of ours. */
export const idPrefixes = {
  project: 'pr',
  token: 'tk',
  credential: 'cr',
  cluster: 'cl',
  fleet: 'fl',
  federation: 'fd',
  operation: 'op',
  addressSpace: 'as',
  range: 'rg',
  stack: 'sk',
  auditEvent: 'ae',
} as const;

/** The two letters before the underscore. */
export type IdPrefix = (typeof idPrefixes)[keyof typeof idPrefixes];

/** An id such as `cl_01h…`. */
export type Id<P extends IdPrefix = IdPrefix> = `${P}_${string}`;

// Crockford's alphabet in ascending ASCII order, so that text order is the order of the bits and hence of time.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const encodedLength = 26;
// 26 digits carry 130 bits for 128, so the first digit never passes 7.
const encodedPattern = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** Makes a new id; ids made later sort after ids made earlier, also within one millisecond of one process. */
export function newId<P extends IdPrefix>(prefix: P): Id<P> {
  return `${prefix}_${encodeBase32(uuidv7obj().bytes)}`;
}

/** Whether a text is a well-formed id, of the given kind when one is named. */
export function isId(text: string, prefix?: IdPrefix): text is Id {
  const [head, tail, ...rest] = text.split('_');
  if (head === undefined || tail === undefined || rest.length > 0 || !encodedPattern.test(tail)) return false;
  return prefix === undefined ? Object.values<string>(idPrefixes).includes(head) : head === prefix;
}

/** Whether a text would be read as an id where an id or a name may stand; no name may. */
export function looksLikeId(text: string): boolean {
  return /^[a-z]+_/.test(text);
}

function encodeBase32(bytes: Readonly<Uint8Array>): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let index = 0; index < encodedLength; index++) {
    text = alphabet.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}
