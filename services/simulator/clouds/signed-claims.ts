// What a simulated cloud says of somebody in a token of its own: signed with what it knows of the account, so that it keeps no list.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Claims with their end, in seconds as JWTs have it. */
export type Claims = { exp: number } & Record<string, unknown>;

/** Signs claims for an account, in the form of a JWT. */
export function signClaims(tokenHash: string, claims: Claims): string {
  const body = [{ alg: 'HS256', typ: 'JWT' }, claims].map(encode).join('.');
  return `${body}.${sign(tokenHash, body)}`;
}

/** Reads a token of the account; undefined for one that is none, or has ended. */
export function readClaims(tokenHash: string, token: string, now: Date): Claims | undefined {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  const expected = Buffer.from(sign(tokenHash, `${header}.${payload}`));
  const given = Buffer.from(signature);
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
  return claims.exp * 1000 > now.getTime() ? claims : undefined;
}

function sign(tokenHash: string, body: string): string {
  return createHmac('sha256', tokenHash).update(`token of a cloud:${body}`).digest('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
