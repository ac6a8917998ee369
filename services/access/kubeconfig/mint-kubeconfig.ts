// Makes the access to a cluster's API server, from the cluster's outputs and a fresh token.

import { FleetyardError } from '../../domain/errors.ts';
import { readOutgoingUrl } from '../../outgoing/read-url.ts';
import type { OpenCredential } from '../credential.ts';
import { mintClusterToken } from '../kubernetes-token.ts';
import type { ApiServerAccess } from './api-server-access.ts';
import { readCertificates } from './key-material.ts';
import { writeKubeconfig } from './write-kubeconfig.ts';

/** A kubeconfig as YAML; it holds a bearer token or a key and is a secret. */
export type Kubeconfig = { kubeconfig: string; expiresAt: Date | null };

/** The outputs of the cluster layer that a kubeconfig is made of. */
export type ClusterEndpoint = { endpoint: string; certificateAuthority: string; physicalName: string };

/** Which cluster is to be reached, and as whom. */
export type MintRequest = {
  name: string;
  outputs: ClusterEndpoint;
  credential: OpenCredential;
  region: string;
  now: Date;
};

/**
 * The access to a cluster with a freshly minted token, valid for 14 minutes (EKS) to about an hour (AKS, GKE).
 * Throws `credential-mismatch` or `unavailable` when no token can be had.
 */
export async function mintAccess(request: MintRequest): Promise<{ access: ApiServerAccess; expiresAt: Date | null }> {
  const { name, outputs, credential, region, now } = request;
  const url = readOutgoingUrl(outputs.endpoint);
  if (typeof url === 'string') throw new FleetyardError('internal', `The endpoint of ${name} can't be used. ${url}`);
  const { certificateAuthority: encoded } = outputs;
  const certificateAuthority = encoded === '' ? undefined : readCertificates(encoded);
  if (encoded !== '' && certificateAuthority === undefined) {
    throw new FleetyardError('internal', `The certificate authority of ${name} can't be read.`);
  }
  const { token, expiresAt } = await mintClusterToken(credential, { region, physicalName: outputs.physicalName }, now);
  const origin = credential.simulated ? 'simulated' : 'cloud';
  const trust = certificateAuthority === undefined ? {} : { certificateAuthority };
  return { access: { name, url, origin, token, ...trust }, expiresAt };
}

/** The same as a kubeconfig for somebody who asked for one. */
export async function mintKubeconfig(request: MintRequest): Promise<Kubeconfig> {
  const { access, expiresAt } = await mintAccess(request);
  return { kubeconfig: writeKubeconfig(access), expiresAt };
}
