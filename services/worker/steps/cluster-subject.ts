// Loads what the steps of a cluster work on: its row, credential, outputs so far and hub.

import type { ApiServerAccess } from '../../access/kubeconfig/api-server-access.ts';
import { mintAccess } from '../../access/kubeconfig/mint-kubeconfig.ts';
import { openHubAccess } from '../../access/kubeconfig/open-hub.ts';
import type { OpenCredential } from '../../access/credential.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { Layer } from '../../domain/layers.ts';
import { getManagedCluster } from '../../domain/managed-cluster.ts';
import { makingKinds } from '../../domain/operation-kinds.ts';
import { readOperationInput } from '../../domain/operation-input.ts';
import { getCluster, type ClusterRow } from '../../store/clusters.ts';
import { findCredential, findCredentialName, getCredentialSecret } from '../../store/credentials.ts';
import { getFederation, type FederationRow } from '../../store/federations.ts';
import type { Lease } from '../../store/leases.ts';
import { listOperations, type OperationRow } from '../../store/operations.ts';
import { listStacks, type StackRow } from '../../store/stacks.ts';
import type { Tx } from '../../store/transaction.ts';
import type { LayerOutputs } from '../../../stacks/registry.ts';
import type { WorkerContext } from '../context.ts';
import type { HeldLease } from '../hold-lease.ts';
import type { StepCluster } from '../layers/base-inputs.ts';
import { writeUnderLease } from '../write-under-lease.ts';

/** A cluster with all that its steps need. Credentials are in the clear, so it lives no longer than a step. */
export type ClusterSubject = {
  cluster: ClusterRow;
  /** For whom it was loaded: files of a step go with the claim. */
  claim: Lease;
  credential: OpenCredential;
  step: StepCluster;
  federation: { row: FederationRow; credential: OpenCredential } | undefined;
  /** The stored outputs of a layer; throws when the layer does not stand. */
  outputs<L extends Layer>(layer: L): LayerOutputs[L];
  findOutputs<L extends Layer>(layer: L): LayerOutputs[L] | undefined;
};

/** A credential with its secret part in the clear, for one step. */
export async function openCredential(tx: Tx, id: string): Promise<OpenCredential> {
  const { provider, simulated, attributes } = (await findCredential(tx, id)) ?? (await refuseDeleted(tx, id));
  const secret = (await getCredentialSecret(tx, id)) as Record<string, string>;
  return { id, provider, simulated, attributes, secret };
}

/** Another one may have taken its place since the operation was asked for, as long as it reaches the same account. */
async function refuseDeleted(tx: Tx, id: string): Promise<never> {
  const name = await findCredentialName(tx, id);
  const called = name === undefined ? `"${id}"` : `"${name}" (${id})`;
  const message = `The credential ${called}, with which the operation was asked for, was deleted.`;
  throw new FleetyardError('not-found', message);
}

async function openFederation(tx: Tx, id: string): Promise<{ row: FederationRow; credential: OpenCredential }> {
  // Whoever is in a federation has to leave it, whatever became of that.
  const row = await getFederation(tx, id, { includeDeleted: true });
  return { row, credential: await openCredential(tx, row.hubCredentialId) };
}

/** The operation that created the cluster, which its resources are tagged with. */
async function findCreation(tx: Tx, clusterId: string): Promise<string> {
  const page = await listOperations(tx, { resourceId: clusterId, kinds: makingKinds, limit: 1 });
  return page.items[0]?.id ?? clusterId;
}

/** Loads what an operation on a cluster works on: its frozen input, not what the row says by now. */
export async function loadClusterSubject(
  context: WorkerContext,
  operation: Pick<OperationRow, 'id' | 'fence' | 'resourceKind' | 'resourceId' | 'input'>,
  lease: HeldLease,
): Promise<ClusterSubject> {
  const { spec, credentialId, federationId } = readOperationInput(operation, 'cluster');
  return writeUnderLease(context, lease, async (tx) => {
    const cluster = await getCluster(tx, operation.resourceId, { includeDeleted: true });
    const credential = await openCredential(tx, credentialId);
    const stacks = await listStacks(tx, cluster.id);
    const createdBy = await findCreation(tx, cluster.id);
    const federation = federationId === null ? undefined : await openFederation(tx, federationId);
    const findOutputs = <L extends Layer>(layer: L): LayerOutputs[L] | undefined => {
      const stack = stacks.find((candidate) => candidate.layer === layer && stands(candidate));
      return stack?.outputs as LayerOutputs[L] | undefined;
    };
    return {
      cluster,
      claim: { operationId: operation.id, fence: operation.fence },
      credential,
      findOutputs,
      federation,
      step: {
        id: cluster.id,
        projectId: cluster.projectId,
        createdBy,
        spec: getManagedCluster(spec),
        account: credential.attributes,
      },
      outputs<L extends Layer>(layer: L): LayerOutputs[L] {
        const outputs = findOutputs(layer);
        if (outputs !== undefined) return outputs;
        throw new FleetyardError('internal', `The ${layer} layer of cluster "${cluster.name}" has no outputs yet.`);
      },
    };
  });
}

/** Whether a stack's outputs tell of something: those of a destroyed one are empty. */
function stands({ deployedAt, destroyedAt }: StackRow): boolean {
  return deployedAt !== null && destroyedAt === null;
}

/** A fresh access to the cluster. */
export async function mintMemberAccess(context: WorkerContext, subject: ClusterSubject): Promise<ApiServerAccess> {
  const { region, name } = subject.step.spec;
  const { access } = await mintAccess({
    name,
    outputs: subject.outputs('cluster'),
    credential: subject.credential,
    region,
    now: context.now(),
    simulatorUrl: context.engine.simulatorUrl,
  });
  return access;
}

/** The hub of the cluster's federation; throws when it has none. */
export async function openHub(
  context: WorkerContext,
  subject: ClusterSubject,
): Promise<{ access: ApiServerAccess; identifier: string; engine: string }> {
  if (subject.federation === undefined) {
    throw new FleetyardError('internal', `Cluster "${subject.cluster.name}" is in no federation.`);
  }
  const { row, credential } = subject.federation;
  const access = await openHubAccess(credential, context.engine.simulatorUrl);
  return { access, identifier: row.id, engine: row.engine };
}
