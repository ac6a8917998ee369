// The application without HTTP: changes on a real store, as somebody of a project.
import type { Test } from 'tap';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { type Actor, type Change, runChange, runSystemChange } from '../../services/changes/change.ts';
import { createCluster } from '../../services/changes/create-cluster.ts';
import { createFleet } from '../../services/changes/create-fleet.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import { createCredential } from '../../services/store/credentials.ts';
import { openTestStore, type TestStore } from '../store/fixtures.ts';

/** A project with credentials, and somebody who changes things in it. */
export type TestApplication = TestStore & {
  change<T>(work: (change: Change) => Promise<T>, actor?: Partial<Actor>): Promise<T>;
  systemChange<T>(work: (change: Change) => Promise<T>, actor?: Partial<Actor>): Promise<T>;
};

/** Opens it, with a simulated credential of Amazon and one of a hub. */
export async function openTestApplication(t: Test): Promise<TestApplication> {
  const test = await openTestStore(t);
  await test.work(async (tx) => {
    const simulated = { simulated: true, secret: { token: 'a-simulated-token' } };
    const attributes = { accountId: '111122223333' };
    await createCredential(tx, { ...simulated, name: 'demo-aws', provider: 'aws', attributes });
    await createCredential(tx, { ...simulated, name: 'demo-hub', provider: 'kubernetes', attributes: {} });
  });
  const describe = (actor: Partial<Actor> = {}) => ({
    store: test.store,
    catalogue: loadCatalogue(),
    defaultAllowedCidrs: ['0.0.0.0/0'],
    clock: () => new Date('2026-06-01T00:00:00Z'),
    actor: { id: null, role: 'admin' as const, projectId: test.projectId, ...actor },
  });
  return {
    ...test,
    change: (work, actor) => runChange(describe(actor), work),
    systemChange: (work, actor) => runSystemChange(describe(actor), work),
  };
}

/** A cluster's request that is fine as it is. */
export function clusterRequest(changes: Partial<Schemas['ClusterRequest']> = {}): Schemas['ClusterRequest'] {
  return {
    name: 'web',
    provider: 'eks',
    region: 'eu-central-1',
    credential: 'demo-aws',
    kubernetesVersion: '1.35',
    nodePools: [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 3 } }],
    ...changes,
  };
}

/** A fleet's document with one cluster, which is fine as it is. */
export function fleetRequest(changes: Partial<Schemas['FleetRequest']> = {}): Schemas['FleetRequest'] {
  return {
    name: 'pair',
    federation: { engine: 'karmada', hub: { credential: 'demo-hub' } },
    clusters: [clusterRequest({ name: 'one' })],
    ...changes,
  };
}

/** A cluster on its own. */
export function addCluster({ change }: TestApplication, changes: Partial<Schemas['ClusterRequest']> = {}) {
  return change((unit) => createCluster(unit, clusterRequest(changes)));
}

/** A fleet with its federation and its cluster. */
export function addFleet({ change }: TestApplication, changes: Partial<Schemas['FleetRequest']> = {}) {
  return change((unit) => createFleet(unit, fleetRequest(changes)));
}
