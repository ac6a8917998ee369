// Access tokens as texts: made of 256 random bits and a checksum, kept and found as hashes.

import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** How every access token begins, so that scanners and our own redaction know one. */
export const tokenPrefix = 'fy_';

const randomCharacters = 43;
const checksumCharacters = 6;
const form = new RegExp(`^${tokenPrefix}([A-Za-z0-9_-]{${randomCharacters}})([A-Za-z0-9_-]{${checksumCharacters}})?$`);

/** Makes a token; it is shown once and never stored. */
export function createTokenText(): string {
  const random = randomBytes(32).toString('base64url');
  return tokenPrefix + random + checksumOf(random);
}

/**
 * Whether a text can be a token at all, so that nobody need be asked about one that can't. The checksum tells nothing of the token;
 * it is there for what was cut off, mistyped or guessed. Tokens of earlier versions have none.
 */
export function isTokenText(text: string): boolean {
  const [, random = '', checksum] = form.exec(text) ?? [];
  return random !== '' && (checksum === undefined || checksum === checksumOf(random));
}

/** The hash by which a token is stored and found. It needs no salt and no stretching: the token is 256 random bits. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

function checksumOf(random: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(random));
  return bytes.toString('base64url');
}
