// Merge patches of clusters and fleets: the same as reading the document, merging, and applying it by PUT.
import { test, type Test } from 'tap';
import { mergePatch } from '../../services/domain/merge-patch.ts';
import { walkAll } from '../changes/walk.ts';
import { clusterRequest, fleetRequest, openTestApi, type TestAnswer, type TestApi } from './fixtures.ts';

type Patch = (path: string, patch: unknown, headers?: Record<string, string>) => Promise<TestAnswer>;

async function open(t: Test): Promise<{ api: TestApi; patch: Patch }> {
  const api = await openTestApi(t);
  return {
    api,
    patch: (path, patch, headers = {}) =>
      api.send('PATCH', path, { raw: { text: JSON.stringify(patch), type: 'application/merge-patch+json' }, headers }),
  };
}

/** What an answer says, without what differs from one resource to another. */
function compare({ status, body }: TestAnswer): unknown {
  const text = JSON.stringify({ status, body }, (name, value: unknown) =>
    [
      'id',
      'instance',
      'createdAt',
      'updatedAt',
      'operation',
      'resource',
      'steps',
      'network',
      'children',
      'queue',
    ].includes(name)
      ? name === 'operation' && typeof value === 'object' && value !== null
        ? (value as { kind: string }).kind
        : undefined
      : value,
  );
  return JSON.parse(text.replaceAll(/\b(one|two)\b/g, 'it').replaceAll(/cl_[0-9a-z]{26}/g, 'cl')) as unknown;
}

const pools = [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 2, max: 5 } }];
const patches: [what: string, patch: Record<string, unknown>][] = [
  ['nothing', {}],
  ['a label more', { labels: { tier: 'edge' } }],
  ['a label less', { labels: { kept: 'here', gone: null } }],
  ['a list in place of another', { nodePools: pools }],
  ['protection', { protect: true }],
  ['a version that is not named any more', { kubernetesVersion: null }],
  ['what is not there, away', { tags: null }],
  ['another region', { region: 'eu-west-1' }],
  ['a required field, away', { provider: null }],
  ['an unknown field', { colour: 'red', labels: { 'not a label': 'x' } }],
  ['a wrong type deep inside', { nodePools: [{ name: 'general', count: { min: 'two' } }] }],
  ['another name', { name: 'other' }],
  ['an unknown credential', { credential: 'none' }],
];

test('a patch of a cluster is a PUT of the merged document', async (t) => {
  const { api, patch } = await open(t);
  const labels = { kept: 'here', gone: 'soon' };
  for (const name of ['one', 'two']) await api.send('POST', '/v1/clusters', { body: clusterRequest({ name, labels }) });
  await walkAll(api);
  for (const [what, document] of patches) {
    const read = await api.send('GET', '/v1/clusters/one');
    t.equal(read.status, 200);
    const put = await api.send('PUT', '/v1/clusters/one', { body: mergePatch(read.body.document, document) });
    const patched = await patch('/v1/clusters/two', document);
    t.same(compare(patched), compare(put), what);
    await walkAll(api);
  }
  t.match((await api.send('GET', '/v1/clusters/two')).body.document, {
    name: 'two',
    labels: { kept: 'here', tier: 'edge' },
    nodePools: pools,
    protect: true,
  });
});

test('what a refused patch says points into the merged document', async (t) => {
  const { api, patch } = await open(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const wrong = await patch('/v1/clusters/web', { colour: 'red', nodePools: [{ name: 'general', machine: null }] });
  t.match(wrong, { status: 422, body: { type: 'urn:fleetyard:problem:validation' } });
  const pointers = wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
  t.same(pointers, ['/colour', '/nodePools/0/count', '/nodePools/0/machine']);
  for (const body of ['[]', '"text"', 'null', '3'])
    t.match(
      await api.send('PATCH', '/v1/clusters/web', { raw: { text: body, type: 'application/merge-patch+json' } }),
      {
        status: 422,
      },
    );
  t.match((await patch('/v1/clusters/none', {})).status, 404, 'of what does not exist');
});

test('preconditions, repetition and types of bodies', async (t) => {
  const { api, patch } = await open(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const labels = { labels: { a: 'b' } };
  t.match((await patch('/v1/clusters/web', labels, { 'if-match': '"7"' })).status, 412);
  const key = { 'idempotency-key': 'the-same', 'if-match': '"1"' };
  const first = await patch('/v1/clusters/web', labels, key);
  t.match(first, { status: 202, headers: { etag: '"2"' } });
  const again = await patch('/v1/clusters/web', labels, key);
  t.match(again, { status: 202, headers: { 'idempotency-replayed': 'true', etag: '"2"' } });
  t.equal(again.text, first.text, 'the stored answer, although the generation has moved on');
  t.equal((await patch('/v1/clusters/web', {}, key)).body.type, 'urn:fleetyard:problem:idempotency-key-reused');
  for (const type of ['application/json', 'application/yaml'])
    t.equal((await api.send('PATCH', '/v1/clusters/web', { raw: { text: '{}', type } })).status, 415, type);
  const text = JSON.stringify(clusterRequest({ name: 'more' }));
  const posted = await api.send('POST', '/v1/clusters', { raw: { text, type: 'application/merge-patch+json' } });
  t.match(
    posted,
    { status: 415, body: { type: 'urn:fleetyard:problem:unsupported-media-type' } },
    'a document is no patch',
  );
});

test('a fleet is patched as a whole, and its members with it', async (t) => {
  const { api, patch } = await open(t);
  await api.send('POST', '/v1/fleets', { body: fleetRequest() });
  await walkAll(api);
  const member = await patch('/v1/clusters/on-aws', { protect: true });
  t.match(member, { status: 409, body: { type: 'urn:fleetyard:problem:conflict' } });
  t.equal((await api.send('GET', '/v1/clusters/on-aws')).body.document, null);
  t.match(await patch('/v1/fleets/three-clouds', {}), { status: 200, body: { operation: null } });
  const { document } = (await api.send('GET', '/v1/fleets/three-clouds')).body;
  const change = { defaults: { labels: { tier: 'edge' } }, clusters: document.clusters.slice(0, 2) };
  const patched = await patch('/v1/fleets/three-clouds', change, { 'if-match': '"1"' });
  t.match(patched, { status: 202, headers: { etag: '"2"' }, body: { fleet: { generation: 2 } } });
  t.same(patched.body.fleet.document, mergePatch(document, change));
  await walkAll(api);
  const same = await api.send('PUT', '/v1/fleets/three-clouds', { body: patched.body.fleet.document });
  t.match(same, { status: 200, body: { operation: null } }, 'PUT of what came of it finds nothing to do');
  const broken = await patch('/v1/fleets/three-clouds', { clusters: null, colour: 'red' });
  t.same(broken.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort(), ['/clusters', '/colour']);
});

test('a cluster whose document was not kept is patched by what its specification says', async (t) => {
  const { api, patch } = await open(t);
  const zones = ['eu-central-1a', 'eu-central-1b'];
  const nodePools = [
    { name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 3 }, labels: { a: 'b' } },
    { name: 'named', machineType: 'm6i.large', count: { min: 0, max: 1 }, spot: true, zones: ['eu-central-1a'] },
  ];
  const whole = { zones, nodePools, tags: { team: 'x' }, protect: true, network: { nodeCidr: '10.9.0.0/20' } };
  await api.send('POST', '/v1/clusters', { body: clusterRequest(whole) });
  await walkAll(api);
  await api.store.asSystem(({ sql }) => sql`update clusters set document = null`);
  const read = await api.send('GET', '/v1/clusters/web');
  const put = await api.send('PUT', '/v1/clusters/web', { body: read.body.document });
  t.match(
    put,
    { status: 200, body: { operation: null, cluster: { generation: 1 } } },
    'which applied again changes nothing',
  );
  await api.store.asSystem(({ sql }) => sql`update clusters set document = null`);
  const patched = await patch('/v1/clusters/web', { tags: { team: 'y' } });
  t.match(patched, {
    status: 202,
    body: { cluster: { generation: 2, document: { tags: { team: 'y' }, protect: true } } },
  });
});
