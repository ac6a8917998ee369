import { test } from 'tap';
import { endpointNames, endpointTable } from '../../services/contract/schemas.ts';
import { operationKinds, type OperationKind } from '../../services/domain/operation-kinds.ts';
import { operationStates, type ResourceKind } from '../../services/domain/operation.ts';
import { type Call, listWaysOut } from '../../services/domain/ways-out.ts';

const endpoints = endpointNames.map((name) => {
  const { method, path } = endpointTable[name];
  return { name, method, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) };
});

const nameOf = ({ method, path }: Call): string | undefined =>
  endpoints.find((endpoint) => endpoint.method === method && endpoint.pattern.test(path.split('?')[0] ?? ''))?.name;

const resources = [
  { kind: 'cluster', id: 'cl_1' },
  { kind: 'cluster', id: 'cl_1', fleetId: 'fl_1' },
  { kind: 'fleet', id: 'fl_1' },
  { kind: 'federation', id: 'fd_1' },
] as const satisfies { kind: ResourceKind; id: string; fleetId?: string }[];

const kinds = Object.keys(operationKinds) as OperationKind[];

test('every state of every operation has a way out, and each is a call of the contract', async (t) => {
  for (const resource of resources)
    for (const kind of kinds)
      for (const state of operationStates) {
        const calls = listWaysOut({ resource, operation: { id: 'op_1', kind, state } });
        t.ok(calls.length > 0, `${resource.kind} ${kind} ${state}`);
        for (const call of calls) t.type(nameOf(call), 'string', `${call.method} ${call.path}`);
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
    listWaysOut({ resource: cluster, operation: { id: 'op_1', kind, state } }).map(nameOf);
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
