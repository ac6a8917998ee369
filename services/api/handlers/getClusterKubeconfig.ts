import { hasRole } from '../../changes/roles.ts';
import { FleetyardError } from '../../domain/errors.ts';
import { getKubeconfigRole } from '../../domain/kubeconfig-rights.ts';
import { getManagedCluster } from '../../domain/managed-cluster.ts';
import type { ManagedProvider } from '../../domain/providers/rules.ts';
import { getCluster } from '../../store/clusters.ts';
import { getCredential, getCredentialSecret } from '../../store/credentials.ts';
import { findStack } from '../../store/stacks.ts';
import type { TokenRole } from '../../store/tokens.ts';
import type { Handler } from '../call.ts';

/** Mints a kubeconfig for a cluster that stands. */
export const getClusterKubeconfig: Handler<'getClusterKubeconfig'> = async ({
  parts,
  path,
  headers,
  caller,
  asProject,
}) => {
  const found = await asProject(async (tx) => {
    const cluster = await getCluster(tx, path.cluster);
    const stack = await findStack(tx, { clusterId: cluster.id, layer: 'cluster' });
    const credential = await getCredential(tx, cluster.credentialId);
    const secret = (await getCredentialSecret(tx, cluster.credentialId)) as Record<string, string>;
    return { cluster, stack, credential: { ...credential, secret } };
  });
  const { cluster, stack, credential } = found;
  const { provider, region } = getManagedCluster(cluster.spec);
  refuseWiderToken(cluster, provider, caller.role);
  if (stack === undefined || stack.deployedAt === null || stack.destroyedAt !== null) {
    throw new FleetyardError('conflict', `The cluster "${cluster.name}" has no API server yet.`);
  }
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

function refuseWiderToken(
  { id, name }: { id: string; name: string },
  provider: ManagedProvider,
  role: TokenRole,
): void {
  const needed = getKubeconfigRole(provider);
  if (hasRole(role, needed)) return;
  throw new FleetyardError(
    'forbidden',
    `A kubeconfig of "${name}" needs the role ${needed}: on ${provider} its token opens more than this cluster. Ask an ${needed} of the project for an identity in the cluster.`,
    {
      wayOut: [
        {
          method: 'GET',
          path: `/v1/clusters/${id}/kubeconfig`,
          role: needed,
          does: 'hands the kubeconfig to an admin',
        },
      ],
    },
  );
}
