// What the simulated clouds' servers of tokens are asked, and answer.
import type { SimulatedAccount } from '../../domain/simulated-account.ts';
import type { Resource, Values } from '../ledger/resource.ts';

/** An account as those servers know it. */
export type KnownAccount = {
  id: string;
  identity: SimulatedAccount;
  tokenHash: string;
  list(type: string): Resource[];
};

/** One request. */
export type SignInRequest = {
  method: string;
  path: string;
  /** The fields of the form that was sent. */
  form: URLSearchParams;
  /** Whose account's own token was shown, if any was. */
  owner: KnownAccount | undefined;
  now: Date;
  /** The account of which this holds. */
  findAccount(isMeant: (account: KnownAccount) => boolean): KnownAccount | undefined;
};

/** What is answered; undefined for a path that there is none of. */
export type SignIn = (request: SignInRequest) => Promise<{ status: number; body: Values } | undefined>;
