// Access tokens as texts: made of 256 random bits, kept and found as hashes.

import { createHash, randomBytes } from 'node:crypto';

/** How every access token begins, so that scanners and our own redaction know one. */
export const tokenPrefix = 'fy_';

/** Makes a token; it is shown once and never stored. */
export function createTokenText(): string {
  return tokenPrefix + randomBytes(32).toString('base64url');
}

/** The hash by which a token is stored and found. It needs no salt and no stretching: the token is 256 random bits. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
