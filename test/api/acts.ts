// Acts, forced deletions and rollbacks over HTTP: who may, what is answered, and what a refusal names.
import { test } from 'tap';
import { actRoles } from '../../services/domain/acts.ts';
import type { OperationResult } from '../../services/store/operations.ts';
import { saveResult } from '../../services/store/results.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { claim, leaseOf } from '../store/fixtures.ts';
import { clusterRequest, openTestApi } from './fixtures.ts';

const ranks = ['viewer', 'operator', 'admin', 'platform-admin'] as const;

test('Each act', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const hub = { name: 'hub', engine: 'karmada', hub: { credential: 'demo-hub' } };
  await api.send('POST', '/v1/federations', { body: hub });
  for (const [noun, path] of [
    ['cluster', '/v1/clusters/web/operations'],
    ['federation', '/v1/federations/hub/operations'],
  ] as const)
    for (const [kind, role] of Object.entries(actRoles[noun])) {
      for (const below of ranks.slice(0, ranks.indexOf(role))) {
        const refused = await api.send('POST', path, { token: api.tokens[below], body: { kind } });
        t.equal(refused.status, 403, `${kind} of a ${noun} is not for a ${below}`);
      }
      const accepted = await api.send('POST', path, { token: api.tokens[role], body: { kind } });
      t.match(accepted, {
        status: 202,
        body: { operation: { kind, state: 'queued', result: null }, [noun]: { phase: 'deleting' } },
      });
      t.equal(accepted.headers['location'], `/v1/operations/${accepted.body.operation.id}`, 'says where to follow it');
    }
});

test('An act that is wrong', async (t) => {
  const api = await openTestApi(t);
  const { cluster } = (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).body;
  const act = (body: unknown, headers = {}) => api.send('POST', '/v1/clusters/web/operations', { body, headers });
  t.match(await act({ kind: 'explode' }), { status: 422, body: { errors: [{ pointer: '/kind' }] } });
  t.match(await act({}), { status: 422, body: { errors: [{ pointer: '/kind', code: 'required' }] } });
  t.match(await act({ kind: 'abandon', force: true }), { status: 422, body: { errors: [{ pointer: '/force' }] } });
  t.equal((await act({ kind: 'abandon' }, { 'if-match': '"7"' })).status, 412);
  t.equal((await api.send('POST', '/v1/clusters/none/operations', { body: { kind: 'abandon' } })).status, 404);
  const stranger = { token: api.tokens['other-admin'], body: { kind: 'abandon' } };
  t.equal((await api.send('POST', `/v1/clusters/${cluster.id}/operations`, stranger)).status, 404);
  t.match((await api.send('GET', '/v1/clusters/web')).body, { phase: 'pending' }, 'changes nothing');
});

test('A forced deletion', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const refused = await api.send('DELETE', '/v1/clusters/web?force=true');
  t.match(
    refused,
    {
      status: 403,
      body: {
        type: 'urn:fleetyard:problem:forbidden',
        wayOut: [{ method: 'POST', path: '/v1/clusters/web/operations', body: { kind: 'abandon' }, role: 'admin' }],
      },
    },
    'is for a platform-admin, and its refusal names what an admin may do',
  );
  const platform = { token: api.tokens['platform-admin'], headers: { 'fleetyard-project': api.projectId } };
  const forced = await api.send('DELETE', '/v1/clusters/web?force=true', platform);
  t.equal(forced.status, 202);
  t.match(forced.body.operation.steps.at(-1), { kind: 'record', action: 'abandon' }, 'lets go of the rest at its end');
  t.match(await api.send('DELETE', '/v1/clusters/web?force=perhaps'), {
    status: 400,
    body: { errors: [{ parameter: 'force' }] },
  });
});

test('A rollback', async (t) => {
  const api = await openTestApi(t);
  const { operation } = (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).body;
  const path = `/v1/operations/${operation.id}/cancel`;
  t.equal((await api.send('POST', path, { body: { roll: true } })).status, 422);
  const cancelled = await api.send('POST', path, { body: { rollback: true } });
  t.match(cancelled, { status: 202, body: { state: 'cancelled', result: { rollback: /^op_/ } } });
  const removal = await api.send('GET', `/v1/operations/${cancelled.body.result.rollback}`);
  t.match(removal.body, { kind: 'delete', state: 'queued' }, 'names the deletion that follows');
  const again = await api.send('POST', path, { body: { rollback: true } });
  const wayOut = [
    { path: `/v1/operations/${removal.body.id}/events` },
    { path: `/v1/operations/${removal.body.id}/cancel` },
  ];
  t.match(
    again,
    { status: 409, body: { wayOut } },
    'is refused once the creation has ended, and names what is under way',
  );
});

test('A refusal names the call that leads out', async (t) => {
  const api = await openTestApi(t);
  const { cluster, operation } = (await api.send('POST', '/v1/clusters', { body: clusterRequest({ protect: true }) }))
    .body;
  const named = (method: string, path: string) => ({ body: { wayOut: [{ method, path }] } });
  t.match(await api.send('DELETE', '/v1/clusters/web'), named('PUT', `/v1/clusters/${cluster.id}`));
  const retried = await api.send('POST', `/v1/operations/${operation.id}/retry`);
  t.match(retried, { status: 409, ...named('GET', `/v1/operations/${operation.id}/events`) });
  const taken = (await api.send('GET', '/v1/address-spaces/default/ranges')).body.items[0].id;
  const released = await api.send('DELETE', `/v1/address-spaces/default/ranges/${taken}`);
  t.match(released, { status: 409, ...named('DELETE', `/v1/clusters/${cluster.id}`) });
});

test('What an abandoned cluster left', async (t) => {
  const api = await openTestApi(t);
  const { cluster } = (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).body;
  const asked = await api.send('POST', '/v1/clusters/web/operations', { body: { kind: 'abandon' } });
  const path = `/v1/operations/${asked.body.operation.id}`;
  const left: OperationResult['left'] = [
    {
      layer: 'network',
      stack: `${cluster.id}-network`,
      source: 'state',
      resources: [{ type: 'aws:ec2/vpc:Vpc', name: 'vpc', id: 'vpc-1' }],
    },
  ];
  const lease = leaseOf(await claim(api.store, asked.body.operation.id));
  await api.store.asSystem(async (tx) => {
    await saveResult(tx, lease, { left, keptRanges: [] });
    await finishOperation(tx, { ...lease, outcome: 'succeeded' });
  });
  t.equal((await api.send('GET', '/v1/clusters/web')).status, 404, 'is not told by the cluster, which is gone');
  t.equal((await api.send('GET', `/v1/clusters/${cluster.id}`)).status, 404);
  const told = await api.send('GET', path);
  t.match(told, { status: 200, body: { state: 'succeeded', result: { left } } }, 'is told by the operation');
  const listed = await api.send('GET', `/v1/operations?resource=${cluster.id}`);
  t.match(
    listed.body.items.find(({ id }: { id: string }) => id === told.body.id),
    { result: { left } },
  );
});
