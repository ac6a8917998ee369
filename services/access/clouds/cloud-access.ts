// What a cloud brings so that its accounts can be reached: one file in this folder that fills the interface, and one row in the registry.

import type { Agent } from 'node:https';
import type { SimulatedAccount } from '../../domain/simulated-account.ts';
import type { OpenCredential } from '../credential.ts';
import type { SimulatedClouds } from '../simulated-clouds.ts';
import type { ApiServerAccess } from '../kubeconfig/api-server-access.ts';

/** A bearer token and when it ends. */
export type ClusterToken = { token: string; expiresAt: Date };

/** Which cluster a token is for. */
export type TokenSubject = { region: string; physicalName: string };

/** A secret in a form of our own, and what of it is none. */
export type ReadSecret = { attributes: Record<string, string>; secret: Record<string, string> };

/** How one cloud is reached with a credential of its own. Credentials here are real ones; what is simulated is the same for all. */
export type CloudAccess = {
  /** The environment of the cloud's own SDK; throws `credential-mismatch` when the credential lacks a field. */
  buildVariables: (credential: OpenCredential, region: string) => Record<string, string>;
  /** A simulated credential in the form of a real one, with the way to where it is known; present where there are managed clusters. */
  takeSimulated?: (
    credential: OpenCredential,
    subject: TokenSubject,
    openClouds: () => Promise<SimulatedClouds>,
  ) => Promise<{ credential: OpenCredential; agent?: Agent }>;
  /** A token for the API server of a managed cluster; absent where the cloud has none. By the agent, where there is one, the cloud is reached. */
  mintClusterToken?: (
    credential: OpenCredential,
    subject: TokenSubject,
    now: Date,
    agent?: Agent,
  ) => Promise<ClusterToken>;
  /** The way to a federation's hub; absent where a credential reaches no hub. */
  readHubAccess?: (credential: OpenCredential) => ApiServerAccess;
  /**
   * Parses a secret into known fields and writes it anew; with it comes what may be known of the account. Throws `validation` with a
   * pointer into the request for a secret that is not one. What it wrote, it reads again.
   */
  readSecret: (secret: Record<string, unknown>) => ReadSecret;
  /** The same of a simulated account. */
  describeSimulatedAccount: (account: SimulatedAccount) => Record<string, string>;
  /** Asks the cloud for attributes that the secret does not hold, such as the account's number. */
  findAccount?: (credential: OpenCredential) => Promise<Record<string, string> | undefined>;
};

/** A moment some minutes from another. */
export function addMinutes(now: Date, minutes: number): Date {
  return new Date(now.getTime() + minutes * 60_000);
}
