// Makes the access to a cluster's API server: our own from the cluster's outputs and a fresh token, a person's by a token that the cluster issues.

import { FleetyardError } from '../../domain/errors.ts';
import type { OutgoingGuard } from '../../outgoing/outgoing-guard.ts';
import { readOutgoingUrl } from '../../outgoing/read-url.ts';
import type { OpenCredential } from '../credential.ts';
import { openKubernetes } from '../kubernetes-client.ts';
import { mintClusterToken } from '../kubernetes-token.ts';
import type { ApiServerAccess } from './api-server-access.ts';
import { issueToken, type TokenOrder } from './issue-token.ts';
import { readCertificates } from './key-material.ts';
import { writeKubeconfig } from './write-kubeconfig.ts';

/** A kubeconfig as YAML; it holds a bearer token and is a secret. */
export type Kubeconfig = { kubeconfig: string; expiresAt: Date };

/** The outputs of the cluster layer that a kubeconfig is made of. */
export type ClusterEndpoint = { endpoint: string; certificateAuthority: string; physicalName: string };

/** Which cluster is to be reached, and as whom. */
export type MintRequest = {
  name: string;
  outputs: ClusterEndpoint;
  credential: OpenCredential;
  region: string;
  now: Date;
  simulatorUrl: string | undefined;
};

/**
 * The access to a cluster with a freshly minted token, valid for 14 minutes (EKS) to about an hour (AKS, GKE).
 * Throws `credential-mismatch` or `unavailable` when no token can be had.
 */
export async function mintAccess(request: MintRequest): Promise<{ access: ApiServerAccess; expiresAt: Date | null }> {
  const { name, outputs, credential, region, now, simulatorUrl } = request;
  const url = readOutgoingUrl(outputs.endpoint);
  if (typeof url === 'string') throw new FleetyardError('internal', `The endpoint of ${name} can't be used. ${url}`);
  const { certificateAuthority: encoded } = outputs;
  const certificateAuthority = encoded === '' ? undefined : readCertificates(encoded);
  if (encoded !== '' && certificateAuthority === undefined) {
    throw new FleetyardError('internal', `The certificate authority of ${name} can't be read.`);
  }
  const { token, expiresAt } = await mintClusterToken(
    credential,
    { region, physicalName: outputs.physicalName },
    { now, simulatorUrl },
  );
  const origin = credential.simulated ? 'simulated' : 'cloud';
  const trust = certificateAuthority === undefined ? {} : { certificateAuthority };
  return { access: { name, url, origin, token, ...trust }, expiresAt };
}

/** Whoever asks for a kubeconfig hears within ten seconds why there is none. */
const patienceMs = 9_000;

/**
 * A kubeconfig for a person: the identity of a service account of that cluster alone, whose token the cluster issues and ends. Throws
 * `unavailable` when cloud or cluster do not answer in time, `credential-mismatch` when they refuse us, `not-found` without that account.
 */
export async function mintKubeconfig(
  guard: OutgoingGuard,
  { order, ...request }: MintRequest & { order: TokenOrder },
): Promise<Kubeconfig> {
  const end = performance.now() + patienceMs;
  const { access } = await inTime(mintAccess(request), patienceMs);
  const client = openKubernetes(guard, access, Math.max(1, Math.floor(end - performance.now())));
  const { token, expiresAt } = await issueToken(client, order);
  return { kubeconfig: writeKubeconfig({ ...access, token }), expiresAt };
}

/** The clouds' libraries have patience of their own, and more of it. */
async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => reject(new FleetyardError('unavailable', 'the cloud did not issue a token in time'));
    timer = setTimeout(refuse, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
