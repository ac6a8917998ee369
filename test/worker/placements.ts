// A placement at its hub: written, kept as it was asked for, seen, and taken away.
import { test, type Test } from 'tap';
import { createCredential } from '../../services/store/credentials.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { createPlacement, getPlacement } from '../../services/store/placements.ts';
import { createWatch } from '../../services/worker/sweeps/watch-federations.ts';
import type { PlacementDocument } from '../../services/domain/placements/placement-document.ts';
import type { OperationKind } from '../../services/domain/operation-kinds.ts';
import { startTestHub } from '../helpers/hub.ts';
import { runOperation } from '../helpers/run-operation.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { getOperation } from '../../services/store/operations.ts';
import { buildSpec, createCluster, openTestStore } from '../store/fixtures.ts';
import { addFederation } from './fixtures.ts';

const document: PlacementDocument = {
  name: 'cart',
  select: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' },
  replicas: { divide: 'weighted', weights: { web: 1 } },
  overrides: [{ imageRegistry: 'mirror.example' }],
};

/** A checked federation with one cluster that has not joined yet, and a placement. */
async function prepare(t: Test) {
  const hub = await startTestHub(t);
  const { store, work } = await openTestStore(t);
  const patience = { everySeconds: 0.02, forSeconds: 0.5 };
  const { context } = await createWorkerContext(t, store, { memberPatience: patience });
  const federation = await work((tx) => addFederation(tx, hub));
  const federationId = federation.resourceId;
  const placement = await work(async (tx) => {
    const given = { name: 'aws', provider: 'aws', simulated: true, attributes: {}, secret: { token: 'x' } } as const;
    const { id: credentialId } = await createCredential(tx, given);
    const cluster = { provider: 'eks', simulated: true, fleetId: null, spec: buildSpec('web') } as const;
    await createCluster(tx, { ...cluster, name: 'web', credentialId, federationId });
    return createPlacement(tx, { document, federationId, fleetId: null });
  });
  const { hubCredentialId } = federation.input as { hubCredentialId: string };
  const act = async (kind: OperationKind, action: 'place' | 'displace', force = false) => {
    const operation = await work((tx) =>
      insertOperation(tx, {
        resourceKind: 'placement',
        resourceId: placement.id,
        kind,
        generation: 1,
        input: { v: 1, resource: 'placement', document, federationId, engine: 'karmada', hubCredentialId },
        steps: [{ kind: 'hub', action }, ...(force ? [{ kind: 'record', action: 'abandon' } as const] : [])],
      }),
    );
    await runOperation(context, new Map(), operation.id);
    return store.asSystem((tx) => getOperation(tx, operation.id));
  };
  const look = createWatch(context);
  return {
    hub,
    act,
    checkHub: () => runOperation(context, new Map(), federation.id),
    look: () => look(new AbortController().signal),
    read: () => store.asSystem((tx) => getPlacement(tx, placement.id, { includeDeleted: true })),
    specOf: (kind: string) =>
      [...hub.policies].find(([path]) => path.includes(kind))?.[1]?.['spec'] as Record<string, unknown> | undefined,
  };
}

test('nothing is written before the hub was checked', async (t) => {
  const { hub, act } = await prepare(t);
  t.match(await act('create', 'place'), { state: 'queued', retries: 1 }, 'it is tried again');
  t.equal(hub.policies.size, 0);
});

test('a placement is written and taken away again', async (t) => {
  const { hub, act, checkHub, specOf, read } = await prepare(t);
  await checkHub();
  t.match(await act('create', 'place'), { state: 'succeeded' });
  t.match(specOf('clusterpropagationpolicies'), {
    placement: {
      replicaScheduling: {
        weightPreference: { staticWeightList: [{ targetCluster: { clusterNames: [/^web-[0-9a-z]{10}$/] } }] },
      },
    },
  });
  t.ok(specOf('clusteroverridepolicies'));
  const [first = ''] = [...hub.policies.keys()];
  t.match(first, 'clusteroverridepolicies', 'no copy is rolled out before its overrides are there');
  t.match(await read(), { phase: 'ready' });
  t.match(await act('delete', 'displace'), { state: 'succeeded' });
  t.equal(hub.policies.size, 0);
  t.match(await read(), { phase: 'deleted' });
});

test('a hub that refuses or is away fails the step, and a forced deletion lets go', async (t) => {
  const { hub, act, checkHub, read } = await prepare(t);
  await checkHub();
  await act('create', 'place');
  hub.failWith = 403;
  t.match(await act('update', 'place'), { state: 'failed', error: { class: 'credentials' } });
  t.match(await act('delete', 'displace', true), { state: 'succeeded' });
  t.match(await read(), { phase: 'deleted' });
});

test('the watch undoes what others changed, once, and says so', async (t) => {
  const { hub, act, checkHub, look, read, specOf } = await prepare(t);
  await checkHub();
  await act('create', 'place');
  const before = structuredClone(specOf('clusterpropagationpolicies'));
  await look();
  t.equal((await read()).status['repaired'], undefined);
  const spec = specOf('clusterpropagationpolicies') ?? {};
  spec['suspension'] = { dispatching: true };
  (spec['placement'] as Record<string, unknown>)['replicaScheduling'] = { replicaSchedulingType: 'Duplicated' };
  await look();
  t.same(specOf('clusterpropagationpolicies'), before);
  t.match((await read()).status, { repaired: { objects: ['ClusterPropagationPolicy'] } });
  const [path] = [...hub.policies.keys()].filter((each) => each.includes('clusteroverridepolicies'));
  hub.policies.delete(path ?? '');
  await look();
  t.ok(specOf('clusteroverridepolicies'), 'what was deleted is there again');
  hub.calls.length = 0;
  await look();
  t.equal(hub.calls.filter((call) => call.includes('/apis/policy')).length, 3, 'what is as it should be is only read');
});

test('the status says what runs where, by the names of clusters', async (t) => {
  const { hub, act, checkHub, look, read, specOf } = await prepare(t);
  await checkHub();
  await act('create', 'place');
  const scheduling = JSON.stringify(specOf('clusterpropagationpolicies')?.['placement']);
  const member = /web-[0-9a-z]{10}/.exec(scheduling)?.[0] ?? '';
  hub.bindings.push({
    spec: {
      resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' },
      replicas: 3,
      clusters: [
        { name: member, replicas: 2 },
        { name: 'stranger', replicas: 1 },
      ],
    },
    status: {
      conditions: [{ type: 'Scheduled', status: 'True', reason: 'Success', message: 'words of a stranger' }],
      aggregatedStatus: [{ clusterName: member, applied: true, status: { readyReplicas: 1 } }],
    },
  });
  hub.bindings.push({
    spec: { resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'other' } },
    status: { conditions: [{ type: 'Scheduled', status: 'False', reason: 'NoClusterFit', message: 'a secret' }] },
  });
  await look();
  const { status } = await read();
  t.match(status['workloads'], [
    {
      name: 'cart',
      replicas: 3,
      scheduled: true,
      reason: null,
      clusters: [
        { cluster: 'web', replicas: 2, ready: 1, applied: true, reason: null },
        { cluster: 'stranger', replicas: 1, ready: null, applied: false, reason: /not sent it yet/ },
      ],
    },
    { name: 'other', scheduled: false, reason: /^no cluster fits by now/, clusters: [] },
  ]);
  t.notMatch(
    JSON.stringify(status),
    /stranger"?s? words|words of a stranger|a secret/,
    'nothing of what a hub says is told',
  );
});
