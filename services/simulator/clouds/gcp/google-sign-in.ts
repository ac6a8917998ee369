// The simulated Google: service accounts get keys, sign assertions with them, and get access tokens for those.
import { createPublicKey, generateKeyPair, randomBytes, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { describeGoogleOwner } from '../../../domain/simulated-account.ts';
import { signClaims } from '../signed-claims.ts';
import type { KnownAccount, SignIn, SignInRequest } from '../sign-in.ts';
import { text } from '../values.ts';
import { ACCOUNT } from './tokens.ts';

/** The names by which the clouds' library, and whoever makes keys, calls it. */
export const GOOGLE_TOKEN_HOST = 'oauth2.googleapis.com';
export const GOOGLE_IAM_HOST = 'iam.googleapis.com';

const TOKEN_SECONDS = 3600;
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const makeKey = promisify(generateKeyPair);

type Pair = { privateKey: string; publicKey: string; keyId: string };

/** Every start has keys of its own: whoever signs asks for one first. */
export function createGoogleSignIn(): { keys: SignIn; tokens: SignIn } {
  const pairs = new Map<string, Promise<Pair>>();
  return {
    async keys({ method, path, owner }) {
      const email = /^\/v1\/projects\/-\/serviceAccounts\/([^/]+)\/keys$/.exec(path)?.[1];
      if (email === undefined || method !== 'POST') return undefined;
      if (!owner || !isOf(owner, email))
        return refuse(403, 'PERMISSION_DENIED', `iam.serviceAccountKeys.create on ${email}`);
      const pair = await (pairs.get(email) ?? keep(pairs, email));
      return { status: 200, body: writeKeyFile(owner, email, pair) };
    },
    async tokens(request) {
      if (request.path !== '/token' || request.method !== 'POST') return undefined;
      return exchange(request, (email) => pairs.get(email));
    },
  };
}

function keep(pairs: Map<string, Promise<Pair>>, email: string): Promise<Pair> {
  const made = makePair();
  pairs.set(email, made);
  return made;
}

async function makePair(): Promise<Pair> {
  const { privateKey, publicKey } = await makeKey('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    keyId: randomBytes(20).toString('hex'),
  };
}

/** The account's own, and those that it made. */
function isOf({ identity, list }: KnownAccount, email: string): boolean {
  return (
    email === describeGoogleOwner(identity.project) ||
    list(ACCOUNT).some((made) => text(made.outputs, 'email') === email)
  );
}

function writeKeyFile({ identity }: KnownAccount, email: string, { privateKey, keyId }: Pair) {
  const key = {
    type: 'service_account',
    project_id: identity.project,
    private_key_id: keyId,
    private_key: privateKey,
    client_email: email,
    client_id: '100000000000000000000',
    token_uri: `https://${GOOGLE_TOKEN_HOST}/token`,
  };
  return { name: `projects/-/serviceAccounts/${email}/keys/${keyId}`, privateKeyData: encode(JSON.stringify(key)) };
}

async function exchange(
  { form, now, findAccount }: SignInRequest,
  findPair: (email: string) => Promise<Pair> | undefined,
) {
  const assertion = form.get('assertion') ?? '';
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const claims = readJson(payload);
  const email = String(claims?.['iss'] ?? '');
  const pair = await findPair(email);
  const account = findAccount((each) => isOf(each, email));
  const signed = Buffer.from(`${header}.${payload}`);
  const isSigned =
    pair && verify('sha256', signed, createPublicKey(pair.publicKey), Buffer.from(signature, 'base64url'));
  const seconds = now.getTime() / 1000;
  const isFresh = Number(claims?.['exp']) > seconds && Number(claims?.['iat']) < seconds + 300;
  const isMeant = claims?.['aud'] === `https://${GOOGLE_TOKEN_HOST}/token`;
  if (form.get('grant_type') !== GRANT || !account || !isSigned || !isFresh || !isMeant) {
    return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
  }
  const exp = Math.floor(seconds) + TOKEN_SECONDS;
  const access = { email, scope: String(claims['scope'] ?? ''), exp };
  const body = {
    access_token: `ya29.${signClaims(account.tokenHash, access)}`,
    expires_in: TOKEN_SECONDS - 1,
    token_type: 'Bearer',
  };
  return { status: 200, body };
}

function refuse(code: number, status: string, what: string) {
  return { status: code, body: { error: { code, status, message: `Permission denied: ${what}` } } };
}

function readJson(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function encode(value: string): string {
  return Buffer.from(value).toString('base64');
}
