// A cloud that refuses: a deletion fails, a forced one takes down what it can and lists the rest, and an abandoning asks nobody.
import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import { buildCluster, startTestService } from '../helpers/service.ts';

const vpc = 'aws:ec2/vpc:Vpc';

test('what a cloud does not give back is let go of, and named', async (t) => {
  const service = await startTestService(t);
  const { client, simulator } = service;
  await service.startWorker();
  const account = await service.addCredential('mine', 'aws');
  const create = async (name: string) => {
    const made = unwrap(await client.POST('/v1/clusters', { body: buildCluster('eks', name, 'mine') }));
    return { id: made.cluster.id, operation: made.operation?.id ?? '' };
  };
  const [refused, standing] = [await create('refused'), await create('standing')];
  for (const { operation } of [refused, standing]) {
    const done = await service.awaitOperation(operation);
    t.equal(done.state, 'succeeded', JSON.stringify(done.error));
  }
  const remove = async (force: boolean): Promise<Schemas['Operation']> => {
    const params = { path: { cluster: refused.id }, query: { force } };
    const { operation } = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params }));
    return service.awaitOperation(operation?.id ?? '');
  };
  const listIds = async (type?: string) => (await simulator.listResources(account, type)).map(({ id }) => id);
  const idsOf = ({ result }: Schemas['Operation']) =>
    (result?.left ?? []).flatMap(({ resources }) => resources.map(({ id }) => id));

  const abandoned = unwrap(
    await client.POST('/v1/clusters/{cluster}/operations', {
      params: { path: { cluster: standing.id } },
      body: { kind: 'abandon' },
    }),
  );
  const before = (await simulator.listLedger(account)).length;
  const left = await service.awaitOperation(abandoned.operation?.id ?? '');
  t.equal(left.state, 'succeeded', JSON.stringify(left.error));
  t.equal((await simulator.listLedger(account)).length, before, 'its cloud was asked for nothing');
  t.same(
    left.result?.left?.map(({ layer, source }) => `${layer} from ${source}`),
    ['addons from state', 'cluster from state', 'network from state'],
  );
  const known = await listIds();
  const named = idsOf(left).filter((id) => id !== null && known.includes(id));
  t.ok(named.length >= 10, `${named.length} of what stands at the cloud is named`);
  t.equal(left.result?.keptRanges?.length, 3);
  t.equal(
    (await client.GET('/v1/clusters/{cluster}', { params: { path: { cluster: 'standing' } } })).response.status,
    404,
  );

  const vpcs = await listIds(vpc);
  await simulator.setFault(account, { kind: 'throttle', type: vpc });
  const failed = await remove(false);
  t.match(failed, {
    state: 'failed',
    error: { code: 'throttled', tried: { retries: { throttled: 8 } }, stands: [{ layer: 'network' }] },
  });
  const wayOut = (failed.error?.wayOut ?? []).map(({ method, path }) => `${method} ${path}`);
  t.ok(wayOut.includes(`DELETE /v1/clusters/${refused.id}?force=true`), wayOut.join('; '));
  const forced = await remove(true);
  t.equal(forced.state, 'succeeded', JSON.stringify(forced.error));
  t.same(
    idsOf(forced).filter((id) => id !== null && vpcs.includes(id)).length,
    1,
    'the network that the cloud did not give back is named',
  );
  t.equal(idsOf(forced).length, 1, 'and what it did give back is not');
  const again = await create('refused');
  t.not(again.id, refused.id, 'the name is free');
});
