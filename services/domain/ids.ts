// Prefixed, time-ordered identifiers: how they are made and how they are told from names.

import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** Every kind of row that carries an id of ours. */
export const idPrefixes = {
  project: 'pr',
  token: 'tk',
  credential: 'cr',
  cluster: 'cl',
  fleet: 'fl',
  federation: 'fd',
  placement: 'pt',
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
// 26 digits carry 130 bits for 128, so the first digit never passes 7.
const encodedPattern = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** Random numbers are fetched many at once: an accepted cluster takes nine ids. */
const pool = new Uint32Array(1024);
let taken = pool.length;
const generator = new V7Generator({
  nextUint32() {
    if (taken === pool.length) {
      randomFillSync(pool);
      taken = 0;
    }
    return pool[taken++] ?? 0;
  },
});

/** Makes a new id; ids made later sort after ids made earlier, also within one millisecond of one process. */
export function newId<P extends IdPrefix>(prefix: P): Id<P> {
  return `${prefix}_${encodeBase32(generator.generate().bytes)}`;
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

/** Five bits at a time; the first digit has the three that are left over. */
function encodeBase32(bytes: Readonly<Uint8Array>): string {
  let [text, carried, bits] = ['', 0, 2];
  for (const byte of bytes) {
    carried = (carried << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet.charAt((carried >> (bits - 5)) & 31);
    carried &= 31;
  }
  return text;
}
