import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import { buildCluster, listDuplicates, startTestService } from '../helpers/service.ts';

const document: Schemas['FleetRequest'] = {
  name: 'shop',
  federation: { engine: 'karmada', hub: { credential: 'hub' } },
  clusters: [
    buildCluster('eks', 'shop-eks', 'one'),
    buildCluster('aks', 'shop-aks', 'two'),
    buildCluster('gke', 'shop-gke', 'three'),
  ],
};
const path = { fleet: 'shop' };

test('a fleet with one cluster whose cloud has no capacity: the others are ready, it is explained, and a retry heals it', async (t) => {
  const service = await startTestService(t);
  const { client, simulator } = service;
  await service.startWorker();
  const accounts = [
    await service.addCredential('one', 'aws'),
    await service.addCredential('two', 'azure'),
    await service.addCredential('three', 'gcp'),
    await service.addCredential('hub', 'kubernetes'),
  ];
  const phases = async (): Promise<Record<string, string>> => {
    const fleet = unwrap(await client.GET('/v1/fleets/{fleet}', { params: { path } }));
    return { fleet: fleet.phase, ...Object.fromEntries(fleet.clusters.map((member) => [member.name, member.phase])) };
  };
  const fault = await simulator.setFault(accounts[0] ?? '', {
    kind: 'capacity',
    type: 'aws:eks/nodeGroup:NodeGroup',
  });

  const { operation } = unwrap(await client.POST('/v1/fleets', { body: document }));
  const first = await service.awaitOperation(operation?.id ?? '');
  await t.test('the failed one is explained and the others are ready', async (t) => {
    t.equal(first.state, 'failed');
    t.same(await phases(), { fleet: 'failed', 'shop-eks': 'failed', 'shop-aks': 'ready', 'shop-gke': 'ready' });
    const { items } = unwrap(await client.GET('/v1/operations', { params: { query: { parent: first.id } } }));
    const failed = items.filter((child) => child.state === 'failed');
    t.equal(failed.length, 1);
    t.match(failed[0]?.error, { class: 'capacity', message: /InsufficientInstanceCapacity/, advice: /capacity/ });
  });

  await t.test('once capacity is back a retry of the fleet brings it to ready', async (t) => {
    await simulator.release(accounts[0] ?? '', fault.id);
    unwrap(await client.POST('/v1/operations/{operation}/retry', { params: { path: { operation: first.id } } }));
    const second = await service.awaitOperation(first.id);
    const { items } = unwrap(await client.GET('/v1/operations', { params: { query: { parent: first.id } } }));
    t.equal(second.state, 'succeeded', JSON.stringify(items.map(({ state, error }) => ({ state, error }))));
    t.same(await phases(), { fleet: 'ready', 'shop-eks': 'ready', 'shop-aks': 'ready', 'shop-gke': 'ready' });
    const members = unwrap(
      await client.GET('/v1/federations/{federation}/members', { params: { path: { federation: 'shop' } } }),
    );
    t.same(members.items.map((member) => [member.name, member.joined]).sort(), [
      ['shop-aks', true],
      ['shop-eks', true],
      ['shop-gke', true],
    ]);
  });

  await t.test('the same document again starts nothing, a changed one only what changed', async (t) => {
    const again = unwrap(await client.PUT('/v1/fleets/{fleet}', { params: { path }, body: document }));
    t.equal(again.operation, null);
    t.same(again.children, []);
    const changed = structuredClone(document);
    const pool = changed.clusters[1]?.nodePools?.[0];
    if (pool?.count) pool.count.max = 2;
    const change = unwrap(await client.PUT('/v1/fleets/{fleet}', { params: { path }, body: changed }));
    t.same(
      change.children.map((child) => [child.resource.kind, child.resource.id, child.kind]),
      [['cluster', change.fleet.clusters.find((member) => member.name === 'shop-aks')?.id, 'update']],
    );
    const done = await service.awaitOperation(change.operation?.id ?? '');
    t.equal(done.state, 'succeeded', JSON.stringify(done.error));
  });

  await t.test('a deleted fleet leaves nothing behind, and nothing was ever made twice', async (t) => {
    const deletion = unwrap(await client.DELETE('/v1/fleets/{fleet}', { params: { path } }));
    const deleted = await service.awaitOperation(deletion.operation?.id ?? '');
    t.equal(deleted.state, 'succeeded', JSON.stringify(deleted.error));
    for (const account of accounts) {
      const left = (await simulator.listResources(account)).map((resource) => resource.name);
      // The namespace that all members share stays at the hub, as it does after `karmadactl unjoin`.
      t.same(left, account === accounts.at(-1) ? ['karmada-cluster'] : []);
      t.same(await listDuplicates(simulator, account), []);
    }
    t.equal((await client.GET('/v1/fleets/{fleet}', { params: { path } })).response.status, 404);
  });
});
