// Asks a cluster for a short-lived token of one of its service accounts, and takes nothing of the answer but what it must be.

import { FleetyardError } from '../../domain/errors.ts';
import { explainFailure, statusOf, type KubernetesClient } from '../kubernetes-client.ts';
import type { ClusterToken } from '../clouds/cloud-access.ts';

/** Whose token is asked for, and how long it is to last; the API server may give another time. */
export type TokenOrder = { namespace: string; account: string; seconds: number };

/** What a bearer token may consist of (RFC 6750). */
const bearer = /^[A-Za-z0-9._~+/-]{16,8192}=*$/;

/** Asks for the token. Throws `not-found` when there is no such account, `credential-mismatch` when we are refused, `unavailable` else. */
export async function issueToken(
  client: KubernetesClient,
  { namespace, account, seconds }: TokenOrder,
): Promise<ClusterToken> {
  const body = { spec: { audiences: [], expirationSeconds: seconds } };
  try {
    const { status } = await client.core.createNamespacedServiceAccountToken({ namespace, name: account, body });
    return readIssued(status, client.server);
  } catch (error) {
    if (error instanceof FleetyardError) throw error;
    if (statusOf(error) !== 404) throw explainFailure(error, client.server);
    const message = `the API server ${client.server} has no service account ${account} in ${namespace}`;
    throw new FleetyardError('not-found', message);
  }
}

function readIssued(status: unknown, server: string): ClusterToken {
  const { token, expirationTimestamp } = (status ?? {}) as { token?: unknown; expirationTimestamp?: unknown };
  const expiresAt = new Date(String(expirationTimestamp));
  if (typeof token === 'string' && bearer.test(token) && !Number.isNaN(expiresAt.getTime())) {
    return { token, expiresAt };
  }
  throw new FleetyardError('unavailable', `the API server ${server} answered without a token`);
}
