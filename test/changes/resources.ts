// When clusters, fleets and federations may not be changed, and what is started when they may.
import { test } from 'tap';
import { applyCluster } from '../../services/changes/apply-cluster.ts';
import { applyFleet } from '../../services/changes/apply-fleet.ts';
import { cancelOperation } from '../../services/changes/cancel-operation.ts';
import { createFederation } from '../../services/changes/create-federation.ts';
import { deleteCluster } from '../../services/changes/delete-cluster.ts';
import { deleteFederation } from '../../services/changes/delete-federation.ts';
import { deleteFleet } from '../../services/changes/delete-fleet.ts';
import { retryOperation } from '../../services/changes/retry-operation.ts';
import { readOperationInput } from '../../services/domain/operation-input.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import type { OperationRow } from '../../services/store/operations.ts';
import { listSteps } from '../../services/store/steps.ts';
import { claim, leaseOf } from '../store/fixtures.ts';
import {
  addCluster,
  addFleet,
  clusterRequest,
  fleetRequest,
  openTestApplication,
  type TestApplication,
} from './fixtures.ts';

const named = (idOrName: string) => ({ idOrName });

/** What an operation runs on which layers. */
async function listActions({ work }: TestApplication, operation: OperationRow | null): Promise<string[]> {
  const steps = await work((tx) => listSteps(tx, operation?.id ?? ''));
  return steps.map(({ action, layer }) => `${action} ${layer ?? ''}`.trim());
}

test('a cluster', async (t) => {
  const test = await openTestApplication(t);
  const { change, takeSignals } = test;
  const { cluster, operation } = await addCluster(test, { protect: true });
  t.same(takeSignals(), [{ operationId: operation?.id, attempt: 1 }], 'is signalled once it is stored');
  const input = operation === null ? undefined : readOperationInput(operation, 'cluster');
  t.match(input, { v: 1, spec: cluster.spec, credentialId: cluster.credentialId, simulated: true });
  t.equal(input?.v, 1, 'freezes what it was asked for');
  await t.rejects(
    change((unit) => deleteCluster(unit, named('web'))),
    { code: 'protected' },
    'is kept while it is protected',
  );
  const request = clusterRequest();
  const freed = await change((unit) => applyCluster(unit, { ...named('web'), request }));
  t.equal(freed.cluster.protect, false);
  const removal = await change((unit) => deleteCluster(unit, named('web')));
  t.match(removal.operation, { kind: 'delete' });
  t.same(
    await listActions(test, removal.operation),
    ['destroy addons', 'destroy cluster', 'destroy network'],
    'from the last layer down',
  );
  const again = await change((unit) => deleteCluster(unit, named('web')));
  t.equal(again.operation?.id, removal.operation?.id, 'is deleted once');
  await t.rejects(
    change((unit) => applyCluster(unit, { ...named('web'), request })),
    { code: 'conflict', message: /is being deleted/ },
    'and is not changed after that',
  );
});

test('a member of a fleet', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  await addFleet(test);
  await t.rejects(
    change((unit) => deleteCluster(unit, named('one'))),
    { code: 'in-use', message: /document of the fleet "pair" names/ },
    'is not deleted while the document names it',
  );
  const request = clusterRequest({ name: 'one' });
  await t.rejects(
    change((unit) => applyCluster(unit, { ...named('one'), request })),
    { code: 'conflict', message: /apply the fleet/ },
    'is changed by its fleet alone',
  );
});

test('a fleet', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const made = await addFleet(test, { clusters: [clusterRequest({ name: 'one', protect: true })] });
  t.same(
    made.children.map(({ resourceKind, parentId }) => [resourceKind, parentId === made.operation?.id]),
    [
      ['federation', true],
      ['cluster', true],
    ],
    'waits for its federation and its members',
  );
  await t.rejects(
    addFleet(test),
    { code: 'name-taken', message: /fleet named "pair"/ },
    'is made once, and refused by its own name',
  );
  await t.rejects(
    change((unit) => deleteFleet(unit, named('pair'))),
    { code: 'protected', details: [{ code: 'protected' }] },
    'is kept while a member is protected',
  );
  await change((unit) => applyFleet(unit, { ...named('pair'), request: fleetRequest() }));
  await addCluster(test, { name: 'outsider', federation: 'pair' });
  await t.rejects(
    change((unit) => deleteFleet(unit, named('pair'))),
    { code: 'in-use', message: /"outsider"/ },
    'is kept while somebody else is in its federation',
  );
  const outsider = await change((unit) => deleteCluster(unit, named('outsider')));
  t.same(
    await listActions(test, outsider.operation),
    ['drain', 'destroy membership', 'destroy addons', 'destroy cluster', 'destroy network'],
    'which leaves it first',
  );
});

test('a federation', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const hub = { credential: 'demo-hub' };
  const refuse = (
    request: Parameters<typeof createFederation>[1],
    expected: { code: string; details: object[] },
    words: string,
  ) =>
    t.rejects(
      change((unit) => createFederation(unit, request)),
      expected,
      words,
    );
  const pointer = '/hub/credential';
  await refuse(
    { name: 'main', engine: 'ocm', hub },
    { code: 'not-built-yet', details: [{ pointer: '/engine' }] },
    'is of an engine that is built',
  );
  await refuse(
    { name: 'main', engine: 'karmada', hub: { credential: 'none' } },
    { code: 'validation', details: [{ pointer, code: 'unknown-credential' }] },
    'has a hub that is known',
  );
  await refuse(
    { name: 'main', engine: 'karmada', hub: { credential: 'demo-aws' } },
    { code: 'credential-mismatch', details: [{ pointer }] },
    'whose credential is of Kubernetes',
  );
  const { operation } = await change((unit) => createFederation(unit, { name: 'main', engine: 'karmada', hub }));
  t.match(readOperationInput(operation, 'federation'), { engine: 'karmada', hubCredentialId: /^cr_/ });
  await addCluster(test, { federation: 'main' });
  await t.rejects(
    change((unit) => deleteFederation(unit, named('main'))),
    { code: 'in-use', message: /has members: "web"/ },
    'is kept while it has members',
  );
  await addFleet(test);
  await t.rejects(
    change((unit) => deleteFederation(unit, named('pair'))),
    { code: 'in-use', message: /belongs to the fleet/ },
    'or belongs to a fleet',
  );
});

test('an operation', async (t) => {
  const test = await openTestApplication(t);
  const { change, store } = test;
  const { operation } = await addCluster(test);
  const id = operation?.id ?? '';
  await t.rejects(
    change((unit) => retryOperation(unit, id)),
    { code: 'conflict', message: /only a failed one/ },
    'is not retried before it failed',
  );
  const lease = leaseOf(await claim(store, id));
  const error = { code: 'capacity', message: 'none left' };
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'failed', error }));
  t.match(await change((unit) => retryOperation(unit, id)), { state: 'queued', attempt: 2 });
  t.match(await change((unit) => cancelOperation(unit, id)), { state: 'cancelled' });
  await t.rejects(
    change((unit) => cancelOperation(unit, id)),
    { code: 'conflict' },
    'is not cancelled once it has ended',
  );
  await t.rejects(
    change((unit) => cancelOperation(unit, 'op_none')),
    { code: 'not-found' },
    'is one that exists',
  );
});
