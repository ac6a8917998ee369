// Tokens of service accounts: short-lived ones that the server signs on request, and lasting ones that stand in Secrets.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { object, text } from '../../clouds/values.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Resource } from '../../ledger/resource.ts';
import { getAuthority } from '../authority.ts';
import { listObjects, type ApiServer } from './api-servers.ts';
import type { Person } from './bindings.ts';

/** What every API server calls itself in tokens. */
const ISSUER = 'https://kubernetes.default.svc';
const ACCOUNT = 'kubernetes:core/v1:ServiceAccount';
const SECRET = 'kubernetes:core/v1:Secret';
const ANNOTATION = 'kubernetes.io/service-account.name';

type Claims = {
  sub: string;
  exp: number;
  'kubernetes.io': { namespace: string; serviceaccount: { name: string; uid: string } };
};

/** Finds a service account. */
export function findServiceAccount(
  ledger: Ledger,
  { id, account }: ApiServer,
  { namespace, name }: { namespace: string; name: string },
): Resource | undefined {
  return ledger.findResource(account, ACCOUNT, [id, namespace, name].join('/'));
}

/** Signs a token for an account that is there. */
export function signToken(
  ledger: Ledger,
  server: ApiServer,
  { account, seconds, now }: { account: Resource; seconds: number; now: Date },
): { token: string; expiresAt: Date } {
  const { name, namespace, uid } = object(account.outputs, 'metadata') as {
    name: string;
    namespace: string;
    uid: string;
  };
  const iat = Math.floor(now.getTime() / 1000);
  const exp = iat + seconds;
  const bound = { namespace, serviceaccount: { name, uid } };
  const sub = spellUser(namespace, name);
  const claims = { aud: [ISSUER], exp, iat, iss: ISSUER, jti: randomUUID(), 'kubernetes.io': bound, nbf: iat, sub };
  const body = `${encode({ alg: 'HS256', kid: server.id })}.${encode(claims)}`;
  return { token: `${body}.${sign(ledger, server, body, now)}`, expiresAt: new Date(exp * 1000) };
}

/** Whose token it is at this server: undefined for one that it did not issue, that has ended, or whose account is gone. */
export function findTokenHolder(ledger: Ledger, server: ApiServer, token: string, now: Date): Person | undefined {
  const claims = readClaims(ledger, server, token, now);
  if (claims === undefined) return findSecretHolder(ledger, server, token);
  const { namespace, serviceaccount } = claims['kubernetes.io'];
  const account = findServiceAccount(ledger, server, { namespace, name: serviceaccount.name });
  // Another account of the same name is somebody else.
  const isSame = account && object(account.outputs, 'metadata')['uid'] === serviceaccount.uid;
  return isSame ? describe(namespace, serviceaccount.name) : undefined;
}

function findSecretHolder(ledger: Ledger, server: ApiServer, token: string): Person | undefined {
  const encoded = Buffer.from(token).toString('base64');
  // Only what this server issued itself: a hub keeps its members' tokens in Secrets of another type.
  const secret = listObjects(ledger, server.account, server.id).find(
    ({ type, outputs }) =>
      type === SECRET &&
      text(outputs, 'type') === 'kubernetes.io/service-account-token' &&
      text(object(outputs, 'data'), 'token') === encoded,
  );
  if (!secret) return undefined;
  const metadata = object(secret.outputs, 'metadata');
  const [namespace, name] = [text(metadata, 'namespace'), text(object(metadata, 'annotations'), ANNOTATION)];
  return findServiceAccount(ledger, server, { namespace, name }) && describe(namespace, name);
}

function describe(namespace: string, name: string): Person {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { user: spellUser(namespace, name), groups };
}

function spellUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

function readClaims(ledger: Ledger, server: ApiServer, token: string, now: Date): Claims | undefined {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  if (signature === '' || rest.length > 0) return undefined;
  const expected = Buffer.from(sign(ledger, server, `${header}.${payload}`, now));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
  return claims.exp * 1000 > now.getTime() ? claims : undefined;
}

/** Each server has a key of its own, so that a token is good at one server. */
function sign(ledger: Ledger, { id }: ApiServer, body: string, now: Date): string {
  const { key } = getAuthority(ledger, now);
  const own = createHmac('sha256', key).update(`service account tokens of ${id}`).digest();
  return createHmac('sha256', own).update(body).digest('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
