import { getAccessLevel } from '../../domain/access-level.ts';
import { FleetyardError, isFleetyardError } from '../../domain/errors.ts';
import { getManagedCluster } from '../../domain/managed-cluster.ts';
import { listApplications, type Call } from '../../domain/ways-out.ts';
import { type ClusterRow, getCluster } from '../../store/clusters.ts';
import { getCredential, getCredentialSecret } from '../../store/credentials.ts';
import { listStacks, type StackRow } from '../../store/stacks.ts';
import type { Tx } from '../../store/transaction.ts';
import type { Handler, MintedKubeconfig } from '../call.ts';

/** Hands out a kubeconfig whose identity the cluster issues, with what the caller's role may do in it. */
export const getClusterKubeconfig: Handler<'getClusterKubeconfig'> = async ({
  parts,
  path,
  query,
  headers,
  caller,
  asProject,
  noteSubject,
}) => {
  const { cluster, stacks, credential } = await asProject((tx) => load(tx, path.cluster));
  noteSubject(cluster);
  const { namespace, account } = getAccount(cluster, stacks, getAccessLevel(caller.role));
  const minted = await explainRefusals(cluster, () =>
    parts.mintKubeconfig({
      name: cluster.name,
      region: getManagedCluster(cluster.spec).region,
      outputs: getOutputs(stacks, 'cluster') ?? {},
      credential,
      order: { namespace, account, seconds: query.expirationSeconds ?? defaultSeconds },
    }),
  );
  if (/application\/(x-)?yaml/.test(headers.accept ?? '')) {
    return { status: 200, contentType: 'application/yaml', body: minted.kubeconfig };
  }
  return { status: 200, body: { kubeconfig: minted.kubeconfig, expiresAt: minted.expiresAt.toISOString() } };
};

const defaultSeconds = 3600;

async function load(tx: Tx, named: string) {
  const cluster = await getCluster(tx, named);
  const stacks = await listStacks(tx, cluster.id);
  const credential = await getCredential(tx, cluster.credentialId);
  const secret = (await getCredentialSecret(tx, cluster.credentialId)) as Record<string, string>;
  return { cluster, stacks, credential: { ...credential, secret } };
}

function getOutputs(stacks: readonly StackRow[], layer: StackRow['layer']): Record<string, unknown> | undefined {
  return stacks.find((stack) => stack.layer === layer && stack.deployedAt !== null && stack.destroyedAt === null)
    ?.outputs;
}

/** The service account of a level; throws `conflict` as long as the cluster has none. */
function getAccount(
  cluster: ClusterRow,
  stacks: readonly StackRow[],
  level: string,
): { namespace: string; account: string } {
  const { id, name } = cluster;
  const follow: Call = {
    method: 'GET',
    path: `/v1/operations?resource=${id}`,
    does: 'shows what is being done about it',
  };
  if (getOutputs(stacks, 'cluster') === undefined) {
    throw new FleetyardError('conflict', `The cluster "${name}" has no API server yet.`, { wayOut: [follow] });
  }
  const addons = getOutputs(stacks, 'addons') as { namespace?: string; accounts?: Record<string, string> } | undefined;
  const account = addons?.accounts?.[level];
  if (addons?.namespace !== undefined && account !== undefined) return { namespace: addons.namespace, account };
  if (!getManagedCluster(cluster.spec).access.public) {
    throw new FleetyardError(
      'conflict',
      `The API server of "${name}" is private and could not be reached when it was made, so that it has no accounts for people.`,
      { wayOut: describeApplications(cluster, 'applies its document with `access.public`') },
    );
  }
  throw new FleetyardError('conflict', `The cluster "${name}" has no accounts for people yet.`, {
    wayOut: [follow, ...describeApplications(cluster, 'applies its document as it was, which makes what is missing')],
  });
}

/** Says in the cluster's name why no token was issued, with the calls that lead out. */
async function explainRefusals(cluster: ClusterRow, mint: () => Promise<MintedKubeconfig>): Promise<MintedKubeconfig> {
  try {
    return await mint();
  } catch (error) {
    if (isFleetyardError(error, 'credential-mismatch')) {
      throw new FleetyardError('conflict', `The cluster "${cluster.name}" issued no token: ${error.message}.`, {
        cause: error,
        wayOut: describeApplications(cluster, 'applies its document with a credential that the cluster knows'),
      });
    }
    if (isFleetyardError(error, 'not-found')) {
      throw new FleetyardError('conflict', `The cluster "${cluster.name}" issued no token: ${error.message}.`, {
        cause: error,
        wayOut: describeApplications(cluster, 'applies its document, changed, which makes what is missing'),
      });
    }
    if (!isFleetyardError(error, 'unavailable')) throw error;
    const again: Call = { method: 'GET', path: `/v1/clusters/${cluster.id}/kubeconfig`, does: 'asks once more' };
    throw new FleetyardError('unavailable', `The cluster "${cluster.name}" issued no token: ${error.message}.`, {
      cause: error,
      wayOut: [again],
    });
  }
}

function describeApplications({ id, fleetId }: ClusterRow, does: string): Call[] {
  return listApplications({ kind: 'cluster', id, fleetId }).map((call) => ({ ...call, does }));
}
