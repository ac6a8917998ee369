import { FleetyardError } from '../../domain/errors.ts';
import { getManagedCluster } from '../../domain/managed-cluster.ts';
import { getCluster } from '../../store/clusters.ts';
import { getCredential, getCredentialSecret } from '../../store/credentials.ts';
import { findStack } from '../../store/stacks.ts';
import type { Handler } from '../call.ts';

/** Mints a kubeconfig for a cluster that stands. */
export const getClusterKubeconfig: Handler<'getClusterKubeconfig'> = async ({
  parts,
  path,
  headers,
  asProject,
  noteSubject,
}) => {
  const found = await asProject(async (tx) => {
    const cluster = await getCluster(tx, path.cluster);
    const stack = await findStack(tx, { clusterId: cluster.id, layer: 'cluster' });
    const credential = await getCredential(tx, cluster.credentialId);
    const secret = (await getCredentialSecret(tx, cluster.credentialId)) as Record<string, string>;
    return { cluster, stack, credential: { ...credential, secret } };
  });
  const { cluster, stack, credential } = found;
  noteSubject(cluster);
  if (stack === undefined || stack.deployedAt === null || stack.destroyedAt !== null) {
    const path = `/v1/operations?resource=${cluster.id}`;
    throw new FleetyardError('conflict', `The cluster "${cluster.name}" has no API server yet.`, {
      wayOut: [{ method: 'GET', path, does: 'shows what is being done about it' }],
    });
  }
  const { region } = getManagedCluster(cluster.spec);
  const minted = await parts.mintKubeconfig({
    name: cluster.name,
    region,
    outputs: stack.outputs,
    credential,
  });
  if (/application\/(x-)?yaml/.test(headers.accept ?? '')) {
    return { status: 200, contentType: 'application/yaml', body: minted.kubeconfig };
  }
  return { status: 200, body: { kubeconfig: minted.kubeconfig, expiresAt: minted.expiresAt?.toISOString() ?? null } };
};
