// The step that empties a member before it leaves.
import { test, type Test } from 'tap';
import { createCredential } from '../../services/store/credentials.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { getOrCreateStack, saveOutputs } from '../../services/store/stacks.ts';
import type { StepRow } from '../../services/store/steps.ts';
import { performStep } from '../../services/worker/steps/perform-step.ts';
import { startTestHub } from '../helpers/hub.ts';
import { waitFor } from '../helpers/wait.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { buildSpec, claim, createCluster, openTestStore } from '../store/fixtures.ts';
import { addFederation, holdForEver } from './fixtures.ts';

const works = 'karmada-es-web-1';
const binding = {
  'resourcebinding.karmada.io/namespace': 'shop',
  'resourcebinding.karmada.io/name': 'cart-deployment',
};

/** A member whose deletion was claimed. */
async function prepare(t: Test, { joined = true } = {}) {
  const hub = await startTestHub(t);
  const { store, work } = await openTestStore(t);
  const { context } = await createWorkerContext(t, store, { drainPatience: { everySeconds: 0.02, forSeconds: 0.5 } });
  const { resourceId: federationId } = await work((tx) => addFederation(tx, hub));
  const { cluster, operation } = await work(async (tx) => {
    const given = { name: 'aws', provider: 'aws', simulated: true, attributes: {}, secret: { token: 'x' } } as const;
    const { id: credentialId } = await createCredential(tx, given);
    const spec = buildSpec('web');
    const ties = { credentialId, federationId, simulated: true, spec } as const;
    const row = await createCluster(tx, { ...ties, name: 'web', provider: 'eks', fleetId: null });
    const inserted = await insertOperation(tx, {
      resourceKind: 'cluster',
      resourceId: row.id,
      kind: 'delete',
      generation: 1,
      input: { v: 1, resource: 'cluster', ...ties },
      steps: [{ kind: 'hub', action: 'drain' }],
    });
    return { cluster: row, operation: inserted };
  });
  const claimed = await claim(store, operation.id);
  const lease = holdForEver(claimed);
  if (joined) {
    await store.asSystem(async (tx) => {
      const wanted = { clusterId: cluster.id, layer: 'membership', home: 'simulated', name: 'm' } as const;
      const { id: stackId } = await getOrCreateStack(tx, wanted);
      await saveOutputs(tx, lease, { stackId, outputs: { memberName: 'web-1' } });
    });
  }
  hub.members.set('web-1', true).set('other', true);
  const step = { index: 0, kind: 'hub', action: 'drain' } as StepRow;
  return { hub, drain: () => performStep(context, { operation: claimed, step, lease }) };
}

test('a member leaves when its workloads have moved', async (t) => {
  const { hub, drain } = await prepare(t);
  hub.works.set(works, [binding]);
  const draining = drain();
  await waitFor('the hub to be asked twice', () => hub.calls.filter((call) => call.includes('/works')).length > 1);
  t.match(hub.taints.get('web-1'), [{ key: 'fleetyard.io/leaving', effect: 'NoExecute' }]);
  hub.works.delete(works);
  t.match(await draining, { outcome: 'succeeded' });
});

test('what does not move in time is named, and the member stays', async (t) => {
  const { hub, drain } = await prepare(t);
  hub.works.set(works, [binding]);
  t.match(await drain(), {
    outcome: 'failed',
    error: {
      class: 'deadline',
      message: /^1 workloads \(shop\/cart-deployment\) still run on member web-1 after 0\.5 s/,
    },
  });
});

test('what can go nowhere else is not waited for, and neither is a member that the hub does not reach', async (t) => {
  const { hub, drain } = await prepare(t);
  hub.works.set(works, [binding]);
  hub.members.delete('other');
  t.match(await drain(), { outcome: 'succeeded' });
  hub.members.set('other', true).set('web-1', false);
  t.match(await drain(), { outcome: 'succeeded' });
});

test('an empty member costs three calls, and one that the hub does not know a single one', async (t) => {
  const { hub, drain } = await prepare(t);
  t.match(await drain(), { outcome: 'succeeded' });
  t.equal(hub.calls.length, 3);
  hub.members.delete('web-1');
  t.match(await drain(), { outcome: 'skipped' });
  t.equal(hub.calls.length, 4);
});

test('a cluster that never joined asks nobody', async (t) => {
  const { hub, drain } = await prepare(t, { joined: false });
  hub.failWith = 503;
  t.match(await drain(), { outcome: 'skipped' });
  t.same(hub.calls, []);
});
