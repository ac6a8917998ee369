// The simulated Microsoft Entra: applications of a directory sign in with their secrets, and get tokens for the AKS server.
import { timingSafeEqual } from 'node:crypto';
import { deriveAzureSecret } from '../../../domain/simulated-account.ts';
import type { Values } from '../../ledger/resource.ts';
import { signClaims } from '../signed-claims.ts';
import type { KnownAccount, SignIn, SignInRequest } from '../sign-in.ts';

/** The name by which the clouds' library calls it. */
export const ENTRA_HOST = 'login.microsoftonline.com';

/** The application that AKS is, the same in every directory. */
export const AKS_SERVER = '6dae42f8-4368-4678-94ff-3960e28e3630';

const TOKEN_SECONDS = 3600;

/** Answers what Entra is asked. */
export const answerEntra: SignIn = async (request) => {
  const [, tenant = '', ...rest] = request.path.split('/');
  const account = request.findAccount(({ identity }) => identity.tenantId === tenant);
  const what = rest.join('/');
  if (!account) return refuse('invalid_tenant', 'AADSTS90002', `Tenant '${tenant}' not found.`);
  if (what === 'v2.0/.well-known/openid-configuration') return { status: 200, body: describe(tenant) };
  return what === 'oauth2/v2.0/token' && request.method === 'POST' ? signIn(request, account) : undefined;
};

function describe(tenant: string): Values {
  const base = `https://${ENTRA_HOST}/${tenant}`;
  return {
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  };
}

function signIn({ form, now }: SignInRequest, { identity, tokenHash }: KnownAccount) {
  const client = form.get('client_id') ?? '';
  const [given, expected] = [form.get('client_secret') ?? '', deriveAzureSecret(tokenHash, client)].map((text) =>
    Buffer.from(text),
  );
  const isKnown = given && expected && given.length === expected.length && timingSafeEqual(given, expected);
  if (!isKnown) return refuse('invalid_client', 'AADSTS7000215', 'Invalid client secret provided.');
  if (form.get('grant_type') !== 'client_credentials') {
    return refuse('unsupported_grant_type', 'AADSTS70003', 'The app requested an unsupported grant type.');
  }
  const audience = (form.get('scope') ?? '').split(' ').find((scope) => scope.startsWith(`${AKS_SERVER}/`));
  if (audience === undefined) {
    return refuse('invalid_scope', 'AADSTS70011', `The provided value for the input parameter 'scope' is not valid.`);
  }
  const iat = Math.floor(now.getTime() / 1000);
  const exp = iat + TOKEN_SECONDS;
  const iss = `https://sts.windows.net/${identity.tenantId}/`;
  // A service principal is called by its application here, which is simpler than a directory of both.
  const claims = { aud: AKS_SERVER, iss, iat, nbf: iat, exp, appid: client, oid: client, tid: identity.tenantId };
  const body = { token_type: 'Bearer', expires_in: TOKEN_SECONDS, access_token: signClaims(tokenHash, claims) };
  return { status: 200, body };
}

function refuse(error: string, code: string, message: string) {
  return { status: error === 'invalid_client' ? 401 : 400, body: { error, error_description: `${code}: ${message}` } };
}
