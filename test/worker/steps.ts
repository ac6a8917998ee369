// The steps that no stack belongs to, against a hub that answers as the test says.
import { type Test, test } from 'tap';
import { claimOperation } from '../../services/store/leases.ts';
import { getCluster } from '../../services/store/clusters.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { getOrCreateStack, saveOutputs } from '../../services/store/stacks.ts';
import type { StepRow } from '../../services/store/steps.ts';
import { performStep } from '../../services/worker/steps/perform-step.ts';
import { awaitMember } from '../../services/worker/steps/reach-clusters.ts';
import { loopbackGuard, startTestHub } from '../helpers/hub.ts';
import { waitFor } from '../helpers/wait.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { addCluster, buildSpec, claim, openTestStore } from '../store/fixtures.ts';
import { addFederation, holdForEver } from './fixtures.ts';

const patience = { everySeconds: 0.01, forSeconds: 0.1 };
const never = new AbortController().signal;

test('a member is awaited until the hub calls it ready', async (t) => {
  const hub = await startTestHub(t);
  hub.members.set('web', false);
  const waiting = awaitMember({
    engine: 'karmada',
    guard: loopbackGuard,
    hub: hub.access,
    member: 'web',
    taints: [],
    patience: { everySeconds: 0.01, forSeconds: 30 },
    signal: never,
  });
  await waitFor('the hub to be asked twice', () => hub.calls.length > 1);
  hub.members.set('web', true);
  t.match(await waiting, { name: 'web', ready: true, kubernetesVersion: 'v1.35.2' });
});

test('a member that does not become ready fails with the reason of the hub', async (t) => {
  const hub = await startTestHub(t);
  const ask = (member: string, signal = never) =>
    awaitMember({ guard: loopbackGuard, engine: 'karmada', hub: hub.access, member, taints: [], patience, signal });
  hub.members.set('web', false);
  await t.rejects(ask('web'), {
    code: 'unavailable',
    message: /web is not ready after 0\.1 s: .*the hub does not reach its API server/,
  });
  await t.rejects(ask('other'), { code: 'unavailable', message: /the hub does not know it/ });
  const stopped = new AbortController();
  stopped.abort();
  await t.rejects(ask('web', stopped.signal), { name: 'AbortError' });
});

/** A claimed operation on a cluster whose cluster layer stands. */
async function claimCluster(t: Test, access: { public: boolean }) {
  const fixture = await openTestStore(t);
  const { context } = await createWorkerContext(t, fixture.store);
  const { store } = context;
  const { cluster, operation } = await fixture.work(async (tx) => {
    const row = await addCluster(tx, 'web');
    const spec = { ...buildSpec('web'), access: { private: true, allowedCidrs: [], ...access } };
    const { credentialId } = row;
    const inserted = await insertOperation(tx, {
      resourceKind: 'cluster',
      resourceId: row.id,
      kind: 'create',
      generation: 1,
      input: { v: 1, resource: 'cluster', spec, credentialId, federationId: null, simulated: true },
      steps: [{ kind: 'check', action: 'reachable' }],
    });
    return { cluster: row, operation: inserted };
  });
  const claimed = await store.asSystem((tx) => claimOperation(tx, { id: operation.id, owner: 'me', leaseSeconds: 60 }));
  if (claimed === undefined) throw new Error('nothing was claimed');
  const lease = holdForEver(claimed);
  const outputs = {
    physicalName: 'fy-web',
    endpoint: 'https://203.0.113.7',
    kubernetesVersion: '1.35',
    oidcIssuer: '',
  };
  await store.asSystem(async (tx) => {
    const wanted = { clusterId: cluster.id, layer: 'cluster', home: 'simulated', name: 'x' } as const;
    const { id: stackId } = await getOrCreateStack(tx, wanted);
    await saveOutputs(tx, lease, { stackId, outputs });
  });
  const perform = (step: Pick<StepRow, 'kind' | 'action'>) =>
    performStep(context, { operation: claimed, step: { index: 0, ...step } as StepRow, lease });
  const read = () => store.asSystem((tx) => getCluster(tx, cluster.id));
  return { perform, read };
}

test('a private API server is not asked: the word of the provider is what was observed', async (t) => {
  const { perform, read } = await claimCluster(t, { public: false });
  t.match(await perform({ kind: 'check', action: 'reachable' }), { outcome: 'skipped' });
  t.match((await read()).status, { endpoint: 'https://203.0.113.7', physicalName: 'fy-web', simulated: true });
  t.notOk('apiVersion' in (await read()).status);
});

test('a step that waits parks its operation, and an unknown one fails as ours', async (t) => {
  const { perform } = await claimCluster(t, { public: true });
  t.same(await perform({ kind: 'wait', action: 'children' }), { outcome: 'waiting' });
  t.match(await perform({ kind: 'hub', action: 'constructor' }), {
    outcome: 'failed',
    error: { class: 'internal', message: 'no step is known as hub constructor' },
  });
});

test("a federation is detached without a word to a hub that is somebody's own", async (t) => {
  const hub = await startTestHub(t);
  const { store, work } = await openTestStore(t);
  const { context } = await createWorkerContext(t, store);
  const { id } = await work((tx) => addFederation(tx, hub));
  const operation = await claim(store, id);
  const step = { index: 0, kind: 'hub', action: 'detach' } as StepRow;
  t.same(await performStep(context, { operation, step, lease: holdForEver(operation) }), { outcome: 'succeeded' });
  t.same(hub.calls, []);
});
