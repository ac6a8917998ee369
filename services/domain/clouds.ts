// What a credential reaches: a cloud, hosts or a hub, and how its accounts are told apart.

import type { Schemas } from '../contract/schemas.ts';

/** What a credential reaches. */
export type Cloud = Schemas['CredentialProvider'];

type CloudRules = {
  /** The attribute of a credential that tells the cloud's accounts apart; undefined where none does. */
  account: string | undefined;
  /** Whether a credential of it reaches the hub of a federation. */
  reachesHub: boolean;
  /** What of it is not built, to end a sentence; undefined where all is. */
  notBuilt: string | undefined;
};

const clouds = {
  aws: { account: 'accountId', reachesHub: false, notBuilt: undefined },
  azure: { account: 'subscriptionId', reachesHub: false, notBuilt: undefined },
  gcp: { account: 'project', reachesHub: false, notBuilt: undefined },
  kubernetes: { account: undefined, reachesHub: true, notBuilt: undefined },
  ssh: { account: undefined, reachesHub: false, notBuilt: 'credentials of hosts' },
} as const satisfies Record<Cloud, CloudRules>;

/** The account, subscription or project that a credential's attributes name; undefined while it is not known. */
export function findAccount(cloud: Cloud, attributes: Record<string, string>): string | undefined {
  const { account } = clouds[cloud];
  return account === undefined ? undefined : attributes[account];
}

/** Why a credential cannot reach the hub of a federation, or undefined when it can. */
export function findHubFault({ name, cloud }: { name: string; cloud: Cloud }): string | undefined {
  if (clouds[cloud].reachesHub) return undefined;
  const fitting = (Object.keys(clouds) as Cloud[]).filter((each) => clouds[each].reachesHub);
  return `A hub needs a credential of ${fitting.join(' or ')}; ${name} is one of ${cloud}.`;
}

/** What of a cloud is not built, or undefined. */
export function findUnbuiltCloud(cloud: Cloud): string | undefined {
  return clouds[cloud].notBuilt;
}
