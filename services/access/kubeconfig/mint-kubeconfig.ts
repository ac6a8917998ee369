// Makes kubeconfigs: for a cluster from its outputs and a fresh token, for a hub from its credential.

import { stringify } from 'yaml';
import { FleetyardError } from '../domain/errors.ts';
import { getCloudAccess } from './clouds/registry.ts';
import type { OpenCredential } from './credential.ts';
import { mintClusterToken } from './kubernetes-token.ts';

/** A kubeconfig as YAML; it holds a bearer token or a key and is a secret. */
export type Kubeconfig = { kubeconfig: string; expiresAt: Date | null };

/** The outputs of the cluster layer that a kubeconfig is made of. */
export type ClusterEndpoint = { endpoint: string; certificateAuthority: string; physicalName: string };

function writeKubeconfig(options: {
  name: string;
  server: string;
  certificateAuthority: string;
  token: string;
}): string {
  const { name, server, certificateAuthority, token } = options;
  const cluster = {
    server,
    // Clients refuse plain http unless they are told that there is nothing to verify.
    ...(server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {}),
    ...(certificateAuthority === '' ? {} : { 'certificate-authority-data': certificateAuthority }),
  };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

/** The simulator serves its clusters' objects over plain http on loopback. */
function reachableServer(endpoint: string, simulated: boolean): { server: string; plain: boolean } {
  return simulated ? { server: endpoint.replace(/^https:/, 'http:'), plain: true } : { server: endpoint, plain: false };
}

/**
 * A kubeconfig for a cluster with a freshly minted token, valid for 14 minutes (EKS) to about an hour (AKS, GKE).
 * Throws `credential-mismatch` or `unavailable` when no token can be had.
 */
export async function mintKubeconfig(options: {
  name: string;
  outputs: ClusterEndpoint;
  credential: OpenCredential;
  region: string;
  now: Date;
}): Promise<Kubeconfig> {
  const { outputs, credential, region } = options;
  const subject = { region, physicalName: outputs.physicalName };
  const { token, expiresAt } = await mintClusterToken(credential, subject, options.now);
  const { server, plain } = reachableServer(outputs.endpoint, credential.simulated);
  const certificateAuthority = plain ? '' : outputs.certificateAuthority;
  return { kubeconfig: writeKubeconfig({ name: options.name, server, certificateAuthority, token }), expiresAt };
}

/**
 * The kubeconfig of a federation's hub: the user's own for a real credential, one of the simulator's ledger for a simulated one.
 */
export function openHubKubeconfig(credential: OpenCredential, simulatorUrl: string | undefined): Kubeconfig {
  const { readHubKubeconfig } = getCloudAccess(credential.provider);
  if (readHubKubeconfig === undefined) {
    throw new FleetyardError(
      'credential-mismatch',
      `credential ${credential.id} is for ${credential.provider}, a hub needs kubernetes`,
    );
  }
  if (!credential.simulated) return { kubeconfig: readHubKubeconfig(credential), expiresAt: null };
  if (simulatorUrl === undefined) {
    throw new FleetyardError(
      'credential-mismatch',
      `credential ${credential.id} is simulated and no simulator is configured`,
    );
  }
  const server = `${simulatorUrl}/k8s/hub-${credential.id}`;
  const token = credential.secret['token'] ?? '';
  return {
    kubeconfig: writeKubeconfig({ name: 'simulated-hub', server, certificateAuthority: '', token }),
    expiresAt: null,
  };
}
