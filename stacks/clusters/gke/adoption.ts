// How each Google Cloud resource of a GKE cluster is found after a crash: Google's ids follow from names.

import { adoptByRules, byId, clear } from '../../adoption.ts';
import type { Adoption, AdoptionContext, AdoptionRule, PendingCreate } from '../../adoption.ts';

const PROJECT = 'projects/{@project}';
const REGIONAL = `${PROJECT}/regions/{region}`;
const CLUSTER = `${PROJECT}/locations/{location}/clusters`;

// A router or cluster may be referred to by its full path, of which the last segment is the name.
const RULES: Record<string, AdoptionRule> = {
  'gcp:compute/network:Network': byId(`${PROJECT}/global/networks/{name}`),
  'gcp:compute/subnetwork:Subnetwork': byId(`${REGIONAL}/subnetworks/{name}`),
  'gcp:compute/router:Router': byId(`${REGIONAL}/routers/{name}`),
  'gcp:compute/address:Address': byId(`${REGIONAL}/addresses/{name}`),
  'gcp:compute/routerNat:RouterNat': byId('{@project}/{region}/{router/}/{name}'),
  'gcp:compute/firewall:Firewall': byId(`${PROJECT}/global/firewalls/{name}`),
  'gcp:serviceaccount/account:Account': byId(
    `${PROJECT}/serviceAccounts/{accountId}@{@project}.iam.gserviceaccount.com`,
  ),
  'gcp:projects/iAMMember:IAMMember': clear,
  'gcp:kms/keyRing:KeyRing': byId(`${PROJECT}/locations/{location}/keyRings/{name}`),
  'gcp:kms/cryptoKey:CryptoKey': byId('{keyRing}/cryptoKeys/{name}'),
  'gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember': clear,
  'gcp:container/cluster:Cluster': byId(`${CLUSTER}/{name}`),
  'gcp:container/nodePool:NodePool': byId(`${CLUSTER}/{cluster/}/nodePools/{name}`),
};

/** Tells how to find the resource of a pending create; throws for a type that no program of GKE makes. */
export function planAdoption(pending: PendingCreate, context: AdoptionContext): Adoption {
  return adoptByRules(RULES, pending, context);
}
