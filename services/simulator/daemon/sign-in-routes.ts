// The daemon's routes for those who want a token of a cloud: the clouds' own servers, told apart by the names that they are called by.
import { describeSimulatedAccount } from '../../domain/simulated-account.ts';
import { answerEntra, ENTRA_HOST } from '../clouds/azure/entra.ts';
import { createGoogleSignIn, GOOGLE_IAM_HOST, GOOGLE_TOKEN_HOST } from '../clouds/gcp/google-sign-in.ts';
import type { KnownAccount, SignIn } from '../clouds/sign-in.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Answer } from './answer.ts';

/** One request to a server of tokens. */
export type TokenRequest = {
  host: string;
  method: string;
  path: string;
  body: string;
  /** The account's own token, from whoever has it. */
  account: string;
  token: string;
  now: Date;
};

/** Answers for every server that there is; undefined where none is called so. */
export type SignInRoutes = (ledger: Ledger, request: TokenRequest) => Promise<Answer> | undefined;

/** Makes the routes. */
export function createSignInRoutes(): SignInRoutes {
  const google = createGoogleSignIn();
  const servers = new Map<string, SignIn>([
    [ENTRA_HOST, answerEntra],
    [GOOGLE_TOKEN_HOST, google.tokens],
    [GOOGLE_IAM_HOST, google.keys],
  ]);
  return (ledger, { host, body, account, token, ...request }) => {
    const server = servers.get(host);
    if (!server) return undefined;
    const isOwner = account !== '' && ledger.knows(account) && ledger.admit(account, token, request.now);
    return answer(server, {
      ...request,
      form: new URLSearchParams(body),
      owner: isOwner ? describe(ledger, account) : undefined,
      findAccount: (isMeant) =>
        ledger
          .listAccounts()
          .map(({ id }) => describe(ledger, id))
          .find(isMeant),
    });
  };
}

async function answer(server: SignIn, request: Parameters<SignIn>[0]): Promise<Answer> {
  return (
    (await server(request)) ?? { status: 404, body: { error: { code: 'not-found', message: 'there is no such path' } } }
  );
}

function describe(ledger: Ledger, id: string): KnownAccount {
  return {
    id,
    identity: describeSimulatedAccount(id),
    tokenHash: ledger.findTokenHash(id) ?? '',
    list: (type) => ledger.listResources(id, type),
  };
}
