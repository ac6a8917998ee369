// What every change of a resource does first: find it, lock it, read it again, and compare its generation.
import { test, type Test } from 'tap';
import { applyCluster } from '../../services/changes/apply-cluster.ts';
import { applyFleet } from '../../services/changes/apply-fleet.ts';
import type { Change } from '../../services/changes/change.ts';
import { deleteCluster } from '../../services/changes/delete-cluster.ts';
import { deleteFederation } from '../../services/changes/delete-federation.ts';
import { deleteFleet } from '../../services/changes/delete-fleet.ts';
import type { Named } from '../../services/changes/lock-resource.ts';
import type { WantedGeneration } from '../../services/changes/wanted-generation.ts';
import { findCluster } from '../../services/store/clusters.ts';
import { addCluster, addFleet, clusterRequest, fleetRequest, openTestApplication } from './fixtures.ts';

type NamedChange = (change: Change, named: Named) => Promise<unknown>;

const changes = {
  'to apply a cluster': {
    idOrName: 'web',
    run: (change: Change, named: Named) => applyCluster(change, { ...named, request: clusterRequest() }),
  },
  'to delete a cluster': { idOrName: 'web', run: deleteCluster },
  'to apply a fleet': {
    idOrName: 'pair',
    run: (change: Change, named: Named) => applyFleet(change, { ...named, request: fleetRequest() }),
  },
  'to delete a fleet': { idOrName: 'pair', run: deleteFleet },
  'to delete a federation': { idOrName: 'pair', run: deleteFederation },
} satisfies Record<string, { idOrName: string; run: NamedChange }>;

async function prepare(t: Test) {
  const test = await openTestApplication(t);
  await addCluster(test);
  await addFleet(test);
  return test;
}

test('a change that is meant for other generations is refused, whatever it changes', async (t) => {
  const { change, takeSignals } = await prepare(t);
  takeSignals();
  for (const [name, { idOrName, run }] of Object.entries(changes)) {
    for (const generations of [[7], [2, 3], []]) {
      const refused = change<unknown>((unit) => run(unit, { idOrName, ifGeneration: { generations } }));
      await t.rejects(refused, { code: 'precondition-failed', message: /has generation 1/ }, name);
    }
  }
  t.same(takeSignals(), [], 'and starts nothing');
});

test('a change that is meant for this generation, or for any, goes on', async (t) => {
  const { change } = await prepare(t);
  const wanted: WantedGeneration[] = [{ generations: [1] }, { generations: [7, 1] }, { any: true }];
  for (const ifGeneration of wanted) {
    for (const name of ['to apply a cluster', 'to apply a fleet'] as const) {
      const { idOrName, run } = changes[name];
      await t.resolves(
        change<unknown>((unit) => run(unit, { idOrName, ifGeneration })),
        name,
      );
    }
  }
  await t.resolves(change((unit) => deleteCluster(unit, { idOrName: 'web', ifGeneration: { generations: [1] } })));
});

test('what does not exist has no generation', async (t) => {
  const { change } = await openTestApplication(t);
  for (const [name, { idOrName, run }] of Object.entries(changes)) {
    const code = name.includes('apply') ? 'precondition-failed' : 'not-found';
    await t.rejects(
      change<unknown>((unit) => run(unit, { idOrName, ifGeneration: { any: true } })),
      { code },
      name,
    );
  }
  const lost = change((unit) =>
    applyCluster(unit, { idOrName: 'cl_01k2m3n4p5q6r7s8t9v0w1x2y3', request: clusterRequest() }),
  );
  await t.rejects(lost, { code: 'not-found' }, 'and an id is never given to something new');
});

test('of two changes that are meant for the same generation, one is made', async (t) => {
  const { change, work } = await prepare(t);
  const count = [2, 3, 4, 5, 6];
  const outcomes = await Promise.allSettled(
    count.map((max) => {
      const nodePools = [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: max + 1 } }];
      return change((unit) =>
        applyCluster(unit, {
          idOrName: 'web',
          ifGeneration: { generations: [1] },
          request: clusterRequest({ nodePools, protect: true }),
        }),
      );
    }),
  );
  t.equal(
    outcomes.filter(({ status }) => status === 'fulfilled').length,
    1,
    'whoever waited for the lock read it again',
  );
  t.match(await work((tx) => findCluster(tx, 'web')), { generation: 2 });
});

test('a document bears the name of what it is applied to', async (t) => {
  const { change } = await prepare(t);
  const contradiction = { code: 'validation', details: [{ pointer: '/name', code: 'contradiction' }] };
  await t.rejects(
    change((unit) => applyCluster(unit, { idOrName: 'web', request: clusterRequest({ name: 'other' }) })),
    contradiction,
  );
  await t.rejects(
    change((unit) => applyFleet(unit, { idOrName: 'new', request: fleetRequest() })),
    contradiction,
  );
});
