// What is let go of: the list of what stands, the ranges that stay taken, and the name that is free; without any cloud.
import { mkdir } from 'node:fs/promises';
import { test, type Test } from 'tap';
import { actOnCluster, actOnFederation } from '../../services/changes/act-on-resource.ts';
import { createFederation } from '../../services/changes/create-federation.ts';
import { deleteCluster } from '../../services/changes/delete-cluster.ts';
import { releaseRange } from '../../services/changes/release-range.ts';
import type { Layer } from '../../services/domain/layers.ts';
import { getAddressSpace } from '../../services/store/address-spaces.ts';
import { findCluster, getCluster } from '../../services/store/clusters.ts';
import { findFederation } from '../../services/store/federations.ts';
import { getOperation, type OperationRow } from '../../services/store/operations.ts';
import { listRanges } from '../../services/store/ranges.ts';
import { saveDoubtful } from '../../services/store/stack-health.ts';
import { getOrCreateStack, listStacks, saveSnapshot } from '../../services/store/stacks.ts';
import { listSteps } from '../../services/store/steps.ts';
import type { WorkerContext } from '../../services/worker/context.ts';
import { runOperation } from '../helpers/run-operation.ts';
import { addCluster, openTestApplication, type TestApplication } from '../changes/fixtures.ts';
import { createFakePulumi } from '../helpers/fake-pulumi.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { claim, leaseOf } from '../store/fixtures.ts';

const platform = { role: 'platform-admin' } as const;

/** A worker without an engine and without clouds. */
async function openWorker(
  t: Test,
  changeEngine: (engine: WorkerContext['engine']) => WorkerContext['engine'] = (engine) => engine,
) {
  const test = await openTestApplication(t);
  const { context } = await createWorkerContext(t, test.store);
  context.engine = changeEngine(context.engine);
  await mkdir(context.engine.workDir, { recursive: true });
  const run = async (operation: OperationRow | null): Promise<OperationRow> => {
    const id = operation?.id ?? '';
    for (let round = 0; round < 20; round += 1) if ((await runOperation(context, new Map(), id)) === 'unclaimed') break;
    return test.work((tx) => getOperation(tx, id));
  };
  return { test, run };
}

/** A stack as it was kept before the last change. */
async function keepStack({ store }: TestApplication, operation: OperationRow | null, layer: Layer, ids: string[]) {
  const lease = leaseOf(await claim(store, operation?.id ?? ''));
  const clusterId = operation?.resourceId ?? '';
  await store.asSystem(async (tx) => {
    const stack = await getOrCreateStack(tx, { clusterId, layer, home: 'simulated', name: `${clusterId}-${layer}` });
    const resources = ids.map((id) => ({
      urn: `urn:pulumi:s::fleetyard::aws:ec2/vpc:Vpc::${id}-name`,
      type: 'aws:ec2/vpc:Vpc',
      custom: true,
      id,
      inputs: { password: 'very-secret' },
    }));
    await saveSnapshot(tx, lease, { stackId: stack.id, deployment: { version: 3, deployment: { resources } } });
    await tx.sql`update operations set state = 'queued', lease_owner = null, lease_until = null where id = ${lease.operationId}`;
  });
}

const listTaken = ({ work }: TestApplication) =>
  work(async (tx) => listRanges(tx, (await getAddressSpace(tx, 'default')).id));

test('an abandoned cluster is listed, its name is free and its ranges stay taken until somebody releases them', async (t) => {
  const { test, run } = await openWorker(t);
  const { cluster, operation: create } = await addCluster(test);
  await keepStack(test, create, 'network', ['vpc-1']);
  const asked = await test.change((unit) => actOnCluster(unit, { idOrName: 'web', act: { kind: 'abandon' } }));
  const done = await run(asked.operation);
  t.match(done, { state: 'succeeded', error: null });
  const left = [
    {
      layer: 'network',
      stack: `${cluster.id}-network`,
      source: 'snapshot',
      resources: [{ type: 'aws:ec2/vpc:Vpc', name: 'vpc-1-name', id: 'vpc-1' }],
    },
  ];
  t.same(done.result?.left, left);
  t.notMatch(JSON.stringify(done), 'very-secret');
  t.equal(await test.work((tx) => findCluster(tx, 'web')), undefined);
  const tombstone = await test.work((tx) => getCluster(tx, cluster.id, { includeDeleted: true }));
  t.match(tombstone, { phase: 'deleted', status: { left } });
  t.match(await test.work((tx) => listStacks(tx, cluster.id)), [{ abandonedAt: Date, destroyedAt: null }]);

  const kept = await listTaken(test);
  t.equal(kept.length, 3);
  t.same(kept.map(({ range }) => range).toSorted(), done.result?.keptRanges?.toSorted());
  for (const range of kept) t.match(range, { role: 'foreign', clusterId: null, note: /abandoned cluster "web"/ });
  const { cluster: next } = await addCluster(test);
  t.equal((await listTaken(test)).length, 6, 'another cluster of that name gets ranges of its own');
  for (const { id } of kept) await test.change((unit) => releaseRange(unit, { addressSpace: 'default', range: id }));
  const rest = await listTaken(test);
  t.same(
    rest.map(({ clusterId }) => clusterId),
    [next.id, next.id, next.id],
  );
  await t.rejects(
    test.change((unit) => releaseRange(unit, { addressSpace: 'default', range: rest[0]?.id ?? '' })),
    { code: 'in-use', wayOut: [{ path: `/v1/clusters/${next.id}` }] },
    'a range of a cluster goes with its cluster',
  );
  await t.rejects(
    test.change((unit) => releaseRange(unit, { addressSpace: 'default', range: 'rg_none' })),
    {
      code: 'not-found',
    },
  );
});

test('the state is read by a login of its own, and what is in doubt is listed beside it', async (t) => {
  const pulumi = await createFakePulumi(t);
  const opened: string[] = [];
  const { test, run } = await openWorker(t, (engine) => ({
    ...engine,
    binary: pulumi.binary,
    openState: async ({ stackName }) => {
      opened.push(stackName);
      return {
        backendUrl: 'postgres://nobody@127.0.0.1:1/none',
        close: async () => void opened.splice(opened.indexOf(stackName), 1),
      };
    },
  }));
  const { cluster, operation: create } = await addCluster(test);
  await keepStack(test, create, 'network', ['vpc-old']);
  const entry = { urn: 'urn:pulumi:s::fleetyard::aws:ec2/eip:Eip::eip', type: 'aws:ec2/eip:Eip', custom: true };
  await pulumi.setDeployment({
    version: 3,
    deployment: { resources: [{ ...entry, urn: `${entry.urn}-1`, id: 'eip-1' }] },
  });
  const lease = leaseOf(await claim(test.store, create?.id ?? ''));
  await test.store.asSystem(async (tx) => {
    const [stack] = await listStacks(tx, cluster.id);
    await saveDoubtful(tx, lease, { stackId: stack?.id ?? '', doubtful: [{ resource: entry, replacing: false }] });
    await tx.sql`update operations set state = 'queued', lease_owner = null, lease_until = null where id = ${lease.operationId}`;
  });
  const asked = await test.change((unit) => actOnCluster(unit, { idOrName: 'web', act: { kind: 'abandon' } }));
  const resources = [
    { type: 'aws:ec2/eip:Eip', name: 'eip-1', id: 'eip-1' },
    { type: 'aws:ec2/eip:Eip', name: 'eip', id: null },
  ];
  t.match((await run(asked.operation)).result?.left, [{ source: 'state', resources }]);
  t.same(await pulumi.takeCalls(), ['stack export']);
  t.same(opened, [], 'the login is closed');
});

test('ranges are freed at once when that is asked for, or when nothing ever stood', async (t) => {
  const { test, run } = await openWorker(t);
  const stood = await addCluster(test, { name: 'stood' });
  await keepStack(test, stood.operation, 'network', ['vpc-1']);
  const act = { kind: 'abandon', releaseRanges: true } as const;
  const released = await test.change((unit) => actOnCluster(unit, { idOrName: 'stood', act }));
  t.match(await run(released.operation), { state: 'succeeded', result: { keptRanges: [] } });
  await addCluster(test, { name: 'never' });
  const never = await test.change((unit) => actOnCluster(unit, { idOrName: 'never', act: { kind: 'abandon' } }));
  t.match(await run(never.operation), { state: 'succeeded', result: { left: [], keptRanges: [] } });
  t.same(await listTaken(test), []);
});

test('a stack of which nothing is known is named as such', async (t) => {
  const { test, run } = await openWorker(t);
  const { operation } = await addCluster(test);
  await keepStack(test, operation, 'network', []);
  const asked = await test.change((unit) => actOnCluster(unit, { idOrName: 'web', act: { kind: 'abandon' } }));
  const { result } = await run(asked.operation);
  t.match(result?.left, [{ layer: 'network', source: 'unknown', resources: [] }]);
  t.equal(result?.keptRanges?.length, 3, 'and its ranges stay taken');
});

test('a forced deletion goes on past what fails and lists it; a plain one ends there', async (t) => {
  const { test, run } = await openWorker(t);
  const { cluster, operation: create } = await addCluster(test);
  await keepStack(test, create, 'network', ['vpc-1']);
  const plain = await test.change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  const failed = await run(plain.operation);
  t.match(failed, {
    state: 'failed',
    error: { stands: [{ layer: 'network', stack: `${cluster.id}-network` }], tried: { attempts: 1 } },
  });
  const calls = failed.error?.['wayOut'] as { method: string; path: string }[];
  t.ok(calls.some(({ path }) => path === `/v1/clusters/${cluster.id}?force=true`));

  const forced = await test.change((unit) => deleteCluster(unit, { idOrName: 'web', force: true }), platform);
  const done = await run(forced.operation);
  t.match(done, { state: 'succeeded', result: { left: [{ layer: 'network', resources: [{ id: 'vpc-1' }] }] } });
  const steps = await test.work((tx) => listSteps(tx, done.id));
  t.same(
    steps.map(({ state }) => state),
    ['skipped', 'skipped', 'failed', 'succeeded'],
    'each step says how it ended',
  );
  t.equal(await test.work((tx) => findCluster(tx, 'web')), undefined);
});

test('a federation is let go of without its hub', async (t) => {
  const { test, run } = await openWorker(t);
  const request = { name: 'hub', engine: 'karmada', hub: { credential: 'demo-hub' } } as const;
  await test.change((unit) => createFederation(unit, request));
  const asked = await test.change((unit) => actOnFederation(unit, { idOrName: 'hub', act: { kind: 'abandon' } }));
  t.match(await run(asked.operation), { state: 'succeeded', result: { left: [] } });
  t.equal(await test.work((tx) => findFederation(tx, 'hub')), undefined);
});
