// What a credential reaches: a cloud, hosts or a hub, and how its accounts are told apart.

import type { Schemas } from '../contract/schemas.ts';

/** What a credential reaches. */
export type Cloud = Schemas['CredentialProvider'];

/** The attribute of a credential that tells the accounts of its cloud apart; undefined where none does. */
const accountAttributes = {
  aws: 'accountId',
  azure: 'subscriptionId',
  gcp: 'project',
  kubernetes: undefined,
  ssh: undefined,
} as const satisfies Record<Cloud, string | undefined>;

/** The account, subscription or project that a credential's attributes name; undefined while it is not known. */
export function findAccount(cloud: Cloud, attributes: Record<string, string>): string | undefined {
  const attribute = accountAttributes[cloud];
  return attribute === undefined ? undefined : attributes[attribute];
}
