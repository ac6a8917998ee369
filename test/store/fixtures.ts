// A store with two projects, for tests that need rows to work on.
import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import type { ResolvedCluster } from '../../services/domain/cluster-spec.ts';
import type { Consequence, Signal } from '../../services/domain/consequences.ts';
import type { OperationKind } from '../../services/domain/operation-kinds.ts';
import type { Step } from '../../services/domain/steps.ts';
import { createClusters, type ClusterRow, type NewCluster } from '../../services/store/clusters.ts';
import { createCredential } from '../../services/store/credentials.ts';
import { createFleet, type FleetRow } from '../../services/store/fleets.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { claimOperation, type ClaimedOperation } from '../../services/store/leases.ts';
import { openStore, type Store } from '../../services/store/open-store.ts';
import type { OperationRow } from '../../services/store/operations.ts';
import { createProject } from '../../services/store/projects.ts';
import { lockToken, revokeTokens } from '../../services/store/tokens.ts';
import { only, type Tx } from '../../services/store/transaction.ts';
import { createVault, type Vault } from '../../services/vault/vault.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts';

/** A vault with a key of its own. */
export function createTestVault(): Vault {
  return createVault([{ id: randomBytes(4).toString('hex'), key: randomBytes(32) }]);
}

/** An open store over a database of its own, with two projects. */
export type TestStore = {
  store: Store;
  url: string;
  /** As the superuser, to look behind the rows' security. */
  adminUrl: string;
  migration: TestDatabase['migration'];
  vault: Vault;
  projectId: string;
  otherProjectId: string;
  /** A unit of work as the first project. */
  work<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  /** What was to be signalled since this was asked last. */
  takeSignals(): Signal[];
};

/** Opens a store; it is closed before its database is dropped. */
export async function openTestStore(
  t: Test,
  {
    max = 10,
    onCommitted,
    database: given,
  }: {
    max?: number;
    onCommitted?: (consequences: readonly Consequence[]) => Promise<void>;
    /** A migrated database that is empty; one of its own when not said. */
    database?: Pick<TestDatabase, 'url' | 'adminUrl' | 'migration'>;
  } = {},
): Promise<TestStore> {
  const { url, adminUrl, migration } = given ?? (await createTestDatabase(t));
  const vault = createTestVault();
  const signals: Signal[] = [];
  const store = await openStore({
    url,
    applicationName: 'test',
    max,
    vault,
    async onCommitted(consequences) {
      signals.push(...consequences.map(({ signal }) => signal));
      await onCommitted?.(consequences);
    },
  });
  // Teardowns run last in, first out.
  t.teardown(() => store.close(1));
  const { id: projectId } = await store.asSystem((tx) => createProject(tx, { name: 'first' }));
  const { id: otherProjectId } = await store.asSystem((tx) => createProject(tx, { name: 'second' }));
  return {
    store,
    url,
    adminUrl,
    migration,
    vault,
    projectId,
    otherProjectId,
    work: (run) => store.asProject(projectId, run),
    takeSignals: () => signals.splice(0),
  };
}

/** A resolved spec; the store never looks inside. */
export function buildSpec(name: string): ResolvedCluster {
  return {
    schemaVersion: 1,
    name,
    provider: 'eks',
    region: 'eu-central-1',
    zones: ['eu-central-1a'],
    credential: 'cr_x',
    account: '111122223333',
    kubernetesVersion: '1.35',
    requestedVersion: null,
    labels: { 'some_key.example/Under_Score': 'kept' },
    tags: {},
    access: { private: true, public: true, allowedCidrs: [] },
    network: { nodeCidr: '10.0.0.0/20', podCidr: '100.64.0.0/16', serviceCidr: '172.20.0.0/20' },
    nodePools: [],
    protect: false,
  };
}

/** Stores one cluster. */
export async function createCluster(tx: Tx, cluster: NewCluster): Promise<ClusterRow> {
  return only(await createClusters(tx, [cluster]));
}

/** Makes a cluster with a credential of its own. */
export async function addCluster(tx: Tx, name: string, fleetId: string | null = null): Promise<ClusterRow> {
  const credential = await createCredential(tx, {
    name: `credential-${randomBytes(4).toString('hex')}`,
    provider: 'aws',
    simulated: true,
    attributes: { accountId: '111122223333' },
    secret: { token: 'very-secret-token' },
  });
  return createCluster(tx, {
    name,
    provider: 'eks',
    simulated: true,
    credentialId: credential.id,
    fleetId,
    spec: buildSpec(name),
  });
}

/** Makes a fleet without clusters. */
export async function addFleet(tx: Tx, name: string): Promise<FleetRow> {
  const spec = { schemaVersion: 1, name, federation: null, pools: {}, clusters: [] } as const;
  return createFleet(tx, { name, document: { name }, spec: { ...spec, clusters: [] } });
}

const steps: Step[] = [
  { kind: 'engine', action: 'up', layer: 'network' },
  { kind: 'engine', action: 'up', layer: 'cluster' },
];

/** Inserts an operation on a cluster. */
export async function addOperation(
  tx: Tx,
  cluster: { id: string; generation: number },
  kind: OperationKind = 'create',
  parentId: string | null = null,
  given: { id?: string } = {},
): Promise<OperationRow> {
  return insertOperation(tx, {
    ...given,
    resourceKind: 'cluster',
    resourceId: cluster.id,
    kind,
    generation: cluster.generation,
    input: {
      v: 1,
      resource: 'cluster',
      spec: buildSpec('any'),
      credentialId: 'cr_x',
      federationId: null,
      simulated: true,
    },
    steps,
    parentId,
  });
}

/** Inserts an operation on a fleet, which waits for its children. */
export async function addFleetOperation(
  tx: Tx,
  fleet: FleetRow,
  kind: OperationKind = 'create',
): Promise<OperationRow> {
  return insertOperation(tx, {
    resourceKind: 'fleet',
    resourceId: fleet.id,
    kind,
    generation: fleet.generation,
    input: { v: 1, resource: 'fleet', spec: fleet.spec },
    steps: [{ kind: 'wait', action: 'children' }],
  });
}

/** Claims an operation that must be there to be claimed. */
export async function claim(store: Store, id: string, leaseSeconds = 60): Promise<ClaimedOperation> {
  const claimed = await store.asSystem((tx) => claimOperation(tx, { id, owner: 'test', leaseSeconds }));
  if (claimed === undefined) throw new Error(`operation ${id} could not be claimed`);
  return claimed;
}

/** The lease of a claimed operation. */
export function leaseOf({ id, fence }: { id: string; fence: number }): { operationId: string; fence: number } {
  return { operationId: id, fence };
}

/** Revokes a token by id or name, as the change does that is asked for it. */
export async function revokeToken(tx: Tx, idOrName: string): Promise<void> {
  await revokeTokens(tx, [(await lockToken(tx, idOrName)).id]);
}
