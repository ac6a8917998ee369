// What the steps of a cluster find, also when little of it stands any more.
import { test } from 'tap';
import { updateCluster } from '../../services/store/clusters.ts';
import { createFederation } from '../../services/store/federations.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { getOrCreateStack, markStackDestroyed, saveOutputs } from '../../services/store/stacks.ts';
import { loadClusterSubject } from '../../services/worker/steps/cluster-subject.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { addCluster, buildSpec, claim, leaseOf, openTestStore, type TestStore } from '../store/fixtures.ts';
import { holdForEver } from './fixtures.ts';

async function addMember({ work }: TestStore) {
  return work(async (tx) => {
    const { id, credentialId } = await addCluster(tx, 'alpha');
    const federation = await createFederation(tx, {
      name: 'main',
      engine: 'karmada',
      hubCredentialId: credentialId,
      spec: {},
    });
    await updateCluster(tx, id, { federationId: federation.id });
    const removal = await insertOperation(tx, {
      resourceKind: 'cluster',
      resourceId: id,
      kind: 'delete',
      generation: 2,
      input: {
        v: 1,
        resource: 'cluster',
        spec: buildSpec('alpha'),
        credentialId,
        federationId: federation.id,
        simulated: true,
      },
      steps: [{ kind: 'engine', action: 'destroy', layer: 'membership' }],
    });
    return { clusterId: id, federation, removal };
  });
}

test('finding 1: a member leaves a federation that is a tombstone already', async (t) => {
  const fixture = await openTestStore(t);
  const { context } = await createWorkerContext(t, fixture.store);
  const { federation, removal } = await addMember(fixture);
  await fixture.work((tx) => tx.sql`update federations set deleted_at = now() where id = ${federation.id}`);
  const subject = await loadClusterSubject(context, removal, holdForEver(removal));
  t.equal(subject.federation?.row.id, federation.id);
});

test('finding 5: a layer that was destroyed has no outputs to be read', async (t) => {
  const fixture = await openTestStore(t);
  const { store, work } = fixture;
  const { context } = await createWorkerContext(t, store);
  const { clusterId, removal } = await addMember(fixture);
  const wanted = { clusterId, layer: 'cluster', home: 'simulated', name: `${clusterId}-cluster` } as const;
  const stack = await work((tx) => getOrCreateStack(tx, wanted));
  const lease = leaseOf(await claim(store, removal.id));
  await store.asSystem((tx) => saveOutputs(tx, lease, { stackId: stack.id, outputs: { endpoint: 'https://x' } }));
  t.match((await loadClusterSubject(context, removal, holdForEver(removal))).findOutputs('cluster'), {
    endpoint: 'https://x',
  });
  await store.asSystem((tx) => markStackDestroyed(tx, lease, stack.id));
  const subject = await loadClusterSubject(context, removal, holdForEver(removal));
  t.equal(subject.findOutputs('cluster'), undefined);
  t.throws(() => subject.outputs('cluster'), { code: 'internal', message: /has no outputs/ });
});
