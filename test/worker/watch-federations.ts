// Hubs and members are looked at: what does not answer is degraded, with the reason, until it answers again.
import { test, type Test } from 'tap';
import { createCredential } from '../../services/store/credentials.ts';
import { getCluster } from '../../services/store/clusters.ts';
import { getFederation } from '../../services/store/federations.ts';
import { getOrCreateStack, saveOutputs } from '../../services/store/stacks.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { chooseWatcher, createWatch } from '../../services/worker/sweeps/watch-federations.ts';
import { startTestHub, type TestHub } from '../helpers/hub.ts';
import { runOperation } from '../helpers/run-operation.ts';
import { testAuthority } from '../helpers/secure.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { addOperation, buildSpec, claim, createCluster, leaseOf, openTestStore } from '../store/fixtures.ts';
import { addFederation } from './fixtures.ts';

/** A federation with one member, both well. */
async function prepare(t: Test) {
  const [hub, member] = [await startTestHub(t), await startTestHub(t)];
  const fixture = await openTestStore(t);
  const { context } = await createWorkerContext(t, fixture.store);
  const federation = await fixture.work((tx) => addFederation(tx, hub));
  await runOperation(context, new Map(), federation.id);
  const federationId = federation.resourceId;
  const clusterId = await joinCluster(fixture, { federationId, member });
  hub.members.set('web-1', true);
  const look = createWatch(context);
  const read = () =>
    fixture.store.asSystem(async (tx) => ({
      cluster: await getCluster(tx, clusterId),
      federation: await getFederation(tx, federationId),
    }));
  return { hub, member, fixture, clusterId, read, look: () => look(new AbortController().signal) };
}

type Fixture = Awaited<ReturnType<typeof openTestStore>>;

/** A cluster whose membership stands, with no operation at work. */
async function joinCluster(
  { store, work }: Fixture,
  { federationId, member }: { federationId: string; member: TestHub },
): Promise<string> {
  const { cluster, made } = await work(async (tx) => {
    const { id: credentialId } = await createCredential(tx, {
      name: 'aws',
      provider: 'aws',
      simulated: true,
      attributes: {},
      secret: { token: 'x' },
    });
    const given = { name: 'web', provider: 'eks', simulated: true, fleetId: null, spec: buildSpec('web') } as const;
    const row = await createCluster(tx, { ...given, credentialId, federationId });
    return { cluster: row, made: await addOperation(tx, row) };
  });
  const lease = leaseOf(await claim(store, made.id));
  const certificateAuthority = Buffer.from(testAuthority.certificate).toString('base64');
  const outputs = {
    cluster: { endpoint: `https://127.0.0.1:${member.port}`, certificateAuthority, physicalName: 'fy-web' },
    membership: { memberName: 'web-1' },
  };
  await store.asSystem(async (tx) => {
    for (const layer of ['cluster', 'membership'] as const) {
      const stack = await getOrCreateStack(tx, { clusterId: cluster.id, layer, home: 'simulated', name: layer });
      await saveOutputs(tx, lease, { stackId: stack.id, outputs: outputs[layer] });
    }
    await finishOperation(tx, { ...lease, outcome: 'succeeded' });
  });
  return cluster.id;
}

test('a member that does not answer is degraded, says why, and comes back', async (t) => {
  const { member, look, read } = await prepare(t);
  await look();
  t.match((await read()).cluster, {
    phase: 'ready',
    status: { member: { ready: true, reason: 'the hub calls it ready' } },
  });
  member.failWith = 503;
  await look();
  t.match((await read()).cluster, {
    phase: 'degraded',
    status: { member: { ready: false, reason: 'its API server says that it is not well (503)', since: /^20/ } },
  });
  t.equal((await read()).federation.phase, 'ready', 'the hub answers');
  member.failWith = 401;
  await look();
  t.match((await read()).cluster, { phase: 'ready', status: { member: { ready: true } } }, 'a refusal is an answer');
});

test('a member whose calls are swallowed is degraded within a look of six seconds', async (t) => {
  const { member, look, read } = await prepare(t);
  member.failWith = 0;
  const begun = performance.now();
  await look();
  t.ok(performance.now() - begun < 8_000);
  t.match((await read()).cluster, {
    phase: 'degraded',
    status: { member: { ready: false, reason: 'its API server does not answer: it did not answer in time' } },
  });
});

test("the hub's word counts where the member answers us, and a member that it forgot is degraded", async (t) => {
  const { hub, look, read } = await prepare(t);
  hub.members.set('web-1', false);
  await look();
  t.match((await read()).cluster, {
    phase: 'degraded',
    status: { member: { reason: 'the hub does not reach its API server' } },
  });
  hub.members.delete('web-1');
  await look();
  t.match((await read()).cluster, {
    phase: 'degraded',
    status: { member: { reason: 'the hub does not know it any more' } },
  });
});

test('a hub that refuses is degraded with the cause; its members are judged by themselves', async (t) => {
  const { hub, look, read } = await prepare(t);
  hub.failWith = 401;
  await look();
  const found = await read();
  t.match(found.federation, {
    phase: 'degraded',
    status: { hub: { ready: false, reason: /refused the credential \(401\)/ } },
  });
  t.match(found.cluster, { phase: 'ready', status: { member: { ready: true } } });
  hub.failWith = undefined;
  await look();
  t.match((await read()).federation, { phase: 'ready', status: { hub: { ready: true } } });
});

test('nothing is written of what an operation is at work on, and a look that finds nothing new writes nothing', async (t) => {
  const { member, look, read, fixture, clusterId } = await prepare(t);
  await look();
  const { updatedAt, generation } = (await read()).cluster;
  await look();
  t.same((await read()).cluster.updatedAt, updatedAt);
  await fixture.work((tx) => addOperation(tx, { id: clusterId, generation }, 'update'));
  member.failWith = 503;
  await look();
  t.match((await read()).cluster, { phase: 'updating', status: { member: { ready: true } } });
});

test('one worker watches a hub, and another one when it has gone', (t) => {
  const workers = ['a', 'b', 'c'];
  const hubs = Array.from({ length: 60 }, (_, index) => `fd_${index}`);
  const chosen = new Map(hubs.map((hub) => [hub, chooseWatcher(hub, workers)]));
  for (const worker of workers)
    t.ok(
      hubs.some((hub) => chosen.get(hub) === worker),
      `${worker} has a share`,
    );
  for (const hub of hubs) {
    t.equal(chooseWatcher(hub, ['c', 'a', 'b', 'a']), chosen.get(hub), 'whoever asks');
    const left = chooseWatcher(hub, ['a', 'b']);
    t.ok(chosen.get(hub) === 'c' ? left !== 'c' : left === chosen.get(hub), 'only what the one had that went moves');
  }
  t.end();
});
