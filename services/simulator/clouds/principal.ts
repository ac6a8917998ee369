// Who comes to the API server of a cluster with a token of its cloud, and what the cloud's own mapping lets them do there.
import type { SimulatedAccount } from '../../domain/simulated-account.ts';
import type { Resource } from '../ledger/resource.ts';

/** What is to be known of a token. */
export type PrincipalQuery = {
  token: string;
  now: Date;
  /** The cluster that it was shown to. */
  cluster: Resource;
  identity: SimulatedAccount;
  /** What the cloud knows of the account's token. */
  tokenHash: string;
  /** The account's resources of a type. */
  list(type: string): Resource[];
};

/** A right in a cluster, by the name that Kubernetes has for it; everywhere, or in some namespaces. */
export type ClusterRight = {
  role: 'cluster-admin' | 'admin' | 'edit' | 'view' | 'admin-view';
  namespaces?: readonly string[];
};

/** Somebody whom the cloud knows and lets in. */
export type Principal = { user: string; groups: string[]; rights: ClusterRight[] };
