import { test } from 'tap';
import { operationKinds, type OperationKind } from '../../services/domain/operation-kinds.ts';
import { operationStates, type ResourceKind } from '../../services/domain/operation.ts';
import { listDependents, listNameOwner, listWaysOut } from '../../services/domain/ways-out.ts';
import { findEndpoint } from '../helpers/named-calls.ts';

const resources = [
  { kind: 'cluster', id: 'cl_1' },
  { kind: 'cluster', id: 'cl_1', fleetId: 'fl_1' },
  { kind: 'cluster', id: 'cl_1', fleetId: 'fl_1', bound: true },
  { kind: 'fleet', id: 'fl_1' },
  { kind: 'federation', id: 'fd_1' },
  { kind: 'federation', id: 'fd_1', fleetId: 'fl_1', bound: true },
  { kind: 'placement', id: 'pt_1' },
  { kind: 'placement', id: 'pt_1', fleetId: 'fl_1', bound: true },
] as const satisfies { kind: ResourceKind; id: string; fleetId?: string; bound?: boolean }[];

const kinds = Object.keys(operationKinds) as OperationKind[];

test('every state of every operation has a way out, and each is a call of the contract', async (t) => {
  for (const resource of resources)
    for (const kind of kinds)
      for (const state of operationStates) {
        const calls = listWaysOut({ resource, operation: { id: 'op_1', kind, state } });
        t.ok(calls.length > 0, `${resource.kind} ${kind} ${state}`);
        for (const call of calls) t.type(findEndpoint(call), 'string', `${call.method} ${call.path}`);
      }
});

test('what came to rest without success can be got rid of, whatever the clouds and hubs say', async (t) => {
  for (const resource of resources)
    for (const kind of kinds)
      for (const state of ['failed', 'needs_attention', 'cancelled'] as const) {
        const calls = listWaysOut({ resource, operation: { id: 'op_1', kind, state } });
        t.ok(
          calls.some(({ path }) => path.endsWith('?force=true')),
          `${resource.kind} ${kind} ${state}`,
        );
      }
});

test('the mildest call comes first', async (t) => {
  const cluster = { kind: 'cluster', id: 'cl_1' } as const;
  const names = (kind: OperationKind, state: 'failed' | 'cancelled') =>
    listWaysOut({ resource: cluster, operation: { id: 'op_1', kind, state } }).map(findEndpoint);
  t.same(names('create', 'failed'), [
    'retryOperation',
    'applyCluster',
    'deleteCluster',
    'deleteCluster',
    'createClusterOperation',
  ]);
  t.same(names('delete', 'failed'), ['retryOperation', 'deleteCluster', 'createClusterOperation']);
  t.same(names('create', 'cancelled'), [
    'retryOperation',
    'applyCluster',
    'deleteCluster',
    'deleteCluster',
    'createClusterOperation',
  ]);
});

test('a member is applied by the document of its fleet', async (t) => {
  const resource = { kind: 'cluster', id: 'cl_1', fleetId: 'fl_1' } as const;
  const calls = listWaysOut({ resource, operation: { id: 'op_1', kind: 'update', state: 'failed' } });
  t.match(
    calls.find(({ method }) => method === 'PUT'),
    { path: '/v1/fleets/fl_1' },
  );
});

test('what goes with its fleet alone is removed with that, and its document is applied', async (t) => {
  const federation = { kind: 'federation', id: 'fd_1', fleetId: 'fl_1', bound: true } as const;
  const operation = { id: 'op_1', kind: 'create', state: 'failed' } as const;
  const calls = listWaysOut({ resource: federation, operation }).map(({ method, path }) => `${method} ${path}`);
  t.same(calls.slice(1), ['PUT /v1/fleets/fl_1', 'DELETE /v1/fleets/fl_1', 'DELETE /v1/fleets/fl_1?force=true']);
  const member = { kind: 'cluster', id: 'cl_1', fleetId: 'fl_1', bound: true } as const;
  const paths = listWaysOut({ resource: member, operation }).map(({ path }) => path);
  t.notOk(paths.includes('/v1/clusters/cl_1'), 'what would be refused is not named');
  t.ok(paths.includes('/v1/clusters/cl_1/operations'), 'it may be let go of');
});

test('what a retry meets again is not retried', async (t) => {
  for (const resource of resources)
    for (const kind of kinds)
      for (const state of ['failed', 'needs_attention', 'cancelled'] as const) {
        const calls = listWaysOut({ resource, operation: { id: 'op_1', kind, state, error: { code: 'gone' } } });
        t.ok(calls.length > 0, `${resource.kind} ${kind} ${state}`);
        t.notOk(calls.some((call) => findEndpoint(call) === 'retryOperation'));
      }
});

test('a name that is taken, and what is in use, lead to calls of the contract', async (t) => {
  const nouns = [
    'cluster',
    'fleet',
    'federation',
    'placement',
    'credential',
    'address space',
    'project',
    'token',
  ] as const;
  for (const noun of nouns) {
    const calls = listNameOwner(noun, 'web');
    t.ok(calls.length > 0, noun);
    for (const call of calls) t.type(findEndpoint(call), 'string', `${call.method} ${call.path}`);
  }
  const [call] = listDependents([{ kind: 'federation', id: 'fd_1', name: 'main' }]);
  t.equal(call && findEndpoint(call), 'deleteFederation');
});
