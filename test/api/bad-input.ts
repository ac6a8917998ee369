// What bad input gets: the right status, a stable type, a pointer to every wrong field, and nothing left behind.
import { test } from 'tap';
import { clusterRequest, fleetRequest, openTestApi, type TestAnswer, type TestRequest } from './fixtures.ts';

type Wanted = {
  title: string;
  request: TestRequest;
  method?: string;
  path?: string;
  status: number;
  type: string;
  pointers?: string[];
};

const pool = (changes: Record<string, unknown>) => ({
  nodePools: [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 3 }, ...changes }],
});
const without = (field: string) => {
  const { [field]: _, ...rest } = clusterRequest();
  return rest;
};
const withClusters = (change: (clusters: Record<string, unknown>[]) => unknown[]) =>
  fleetRequest({ clusters: change(fleetRequest()['clusters'] as Record<string, unknown>[]) });

const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x,x]',
  ...'bcdefg'.split('').map((letter, index) => {
    const before = 'abcdefg'[index] ?? 'a';
    return `${letter}: &${letter} [${Array.from({ length: 10 }, () => `*${before}`).join(',')}]`;
  }),
].join('\n');

const cases: Wanted[] = [
  {
    title: 'An unknown field',
    request: { body: clusterRequest({ colour: 'red' }) },
    status: 422,
    type: 'validation',
    pointers: ['/colour'],
  },
  {
    title: 'An unknown field deep inside',
    request: { body: clusterRequest(pool({ size: 3 })) },
    status: 422,
    type: 'validation',
    pointers: ['/nodePools/0/size'],
  },
  {
    title: 'A missing field',
    request: { body: without('provider') },
    status: 422,
    type: 'validation',
    pointers: ['/provider'],
  },
  {
    title: 'Several missing fields',
    request: { body: { name: 'web' } },
    status: 422,
    type: 'validation',
    pointers: ['/provider', '/credential', '/nodePools', '/region'],
  },
  {
    title: 'Wrong types',
    request: { body: clusterRequest({ kubernetesVersion: 1.35, protect: 'yes' }) },
    status: 422,
    type: 'validation',
    pointers: ['/kubernetesVersion', '/protect'],
  },
  {
    title: 'A number as text',
    request: { body: clusterRequest(pool({ count: { min: '1', max: 3 } })) },
    status: 422,
    type: 'validation',
    pointers: ['/nodePools/0/count/min'],
  },
  {
    title: 'An unknown region',
    request: { body: clusterRequest({ region: 'eu-central-9' }) },
    status: 422,
    type: 'validation',
    pointers: ['/region'],
  },
  {
    title: 'An unknown version',
    request: { body: clusterRequest({ kubernetesVersion: '1.99' }) },
    status: 422,
    type: 'validation',
    pointers: ['/kubernetesVersion'],
  },
  {
    title: 'A machine that nobody has',
    request: { body: clusterRequest(pool({ machine: { cpu: 1000, memoryGiB: 8 } })) },
    status: 422,
    type: 'validation',
    pointers: ['/nodePools/0/machine/cpu'],
  },
  {
    title: 'min above max',
    request: { body: clusterRequest(pool({ count: { min: 4, max: 3 } })) },
    status: 422,
    type: 'validation',
    pointers: ['/nodePools/0/count/min'],
  },
  {
    title: 'Two pools of one name',
    request: { body: clusterRequest({ nodePools: [...pool({}).nodePools, ...pool({}).nodePools] }) },
    status: 422,
    type: 'validation',
    pointers: ['/nodePools/1/name'],
  },
  {
    title: 'A name in capitals',
    request: { body: clusterRequest({ name: 'Web' }) },
    status: 422,
    type: 'validation',
    pointers: ['/name'],
  },
  {
    title: 'A name that looks like an id',
    request: { body: clusterRequest({ name: 'cl_web' }) },
    status: 422,
    type: 'validation',
    pointers: ['/name'],
  },
  {
    title: 'A pool name that the provider refuses',
    request: {
      body: clusterRequest({
        provider: 'aks',
        region: 'westeurope',
        credential: 'demo-azure',
        ...pool({ name: 'general-purpose' }),
      }),
    },
    status: 422,
    type: 'validation',
    pointers: ['/nodePools/0/name'],
  },
  {
    title: 'Ranges that overlap each other',
    request: { body: clusterRequest({ network: { nodeCidr: '10.1.0.0/16', podCidr: '10.1.0.0/18' } }) },
    status: 422,
    type: 'range-invalid',
    pointers: ['/network/podCidr'],
  },
  {
    title: 'A range that is too small',
    request: { body: clusterRequest({ network: { nodeCidr: '10.1.0.0/29' } }) },
    status: 422,
    type: 'range-invalid',
    pointers: ['/network/nodeCidr'],
  },
  {
    title: 'A range with host bits',
    request: { body: clusterRequest({ network: { nodeCidr: '10.1.0.1/16' } }) },
    status: 422,
    type: 'range-invalid',
    pointers: ['/network/nodeCidr'],
  },
  {
    title: 'A credential of another provider',
    request: { body: clusterRequest({ credential: 'demo-gcp' }) },
    status: 422,
    type: 'credential-mismatch',
    pointers: ['/credential'],
  },
  {
    title: 'A credential that does not exist',
    request: { body: clusterRequest({ credential: 'nobody' }) },
    status: 422,
    type: 'validation',
    pointers: ['/credential'],
  },
  {
    title: 'A federation that does not exist, and a wrong region',
    request: { body: clusterRequest({ federation: 'nowhere', region: 'moon-1' }) },
    status: 422,
    type: 'validation',
    pointers: ['/federation', '/region'],
  },
  {
    title: 'An address space that does not exist',
    request: { body: clusterRequest({ addressSpace: 'nowhere' }) },
    status: 422,
    type: 'validation',
    pointers: ['/addressSpace'],
  },
  {
    title: 'What is not built yet',
    request: { body: clusterRequest({ ttl: '72h', addons: ['cilium'] }) },
    status: 422,
    type: 'not-built-yet',
    pointers: ['/ttl', '/addons'],
  },
  {
    title: 'Two clusters of one name in a fleet',
    path: '/v1/fleets',
    request: { body: withClusters(([first]) => [first, first]) },
    status: 422,
    type: 'validation',
    pointers: ['/clusters/1/name'],
  },
  {
    title: 'Faults all over a fleet',
    path: '/v1/fleets',
    request: {
      body: withClusters(([first, second]) => [
        { ...first, region: 'moon-1' },
        { ...second, credential: 'demo-aws' },
      ]),
    },
    status: 422,
    type: 'validation',
    pointers: ['/clusters/0/region', '/clusters/1/credential'],
  },
  {
    title: 'A hub that is no hub',
    path: '/v1/fleets',
    request: { body: fleetRequest({ federation: { engine: 'karmada', hub: { credential: 'demo-aws' } } }) },
    status: 422,
    type: 'credential-mismatch',
    pointers: ['/federation/hub/credential'],
  },
  {
    title: 'Broken JSON',
    request: { raw: { text: '{"name": ', type: 'application/json' } },
    status: 400,
    type: 'malformed-body',
  },
  {
    title: 'Broken YAML',
    request: { raw: { text: 'name: [1, 2', type: 'application/yaml' } },
    status: 400,
    type: 'malformed-body',
  },
  {
    title: 'A key twice',
    request: { raw: { text: 'name: a\nname: b\n', type: 'application/yaml' } },
    status: 400,
    type: 'malformed-body',
  },
  {
    title: 'Two YAML documents',
    request: { raw: { text: 'name: a\n---\nname: b\n', type: 'application/yaml' } },
    status: 400,
    type: 'malformed-body',
  },
  { title: 'No body', request: {}, status: 400, type: 'malformed-body' },
  {
    title: 'A key named __proto__',
    request: { raw: { text: '{"name":"web","__proto__":{"admin":true}}', type: 'application/json' } },
    status: 400,
    type: 'malformed-body',
    pointers: ['/__proto__'],
  },
  {
    title: 'YAML aliases that explode',
    request: { raw: { text: bomb, type: 'application/yaml' } },
    status: 413,
    type: 'payload-too-large',
  },
  {
    title: 'A body over the limit',
    request: { raw: { text: JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), type: 'application/json' } },
    status: 413,
    type: 'payload-too-large',
  },
  {
    title: 'A body that is too deep',
    request: { raw: { text: `${'['.repeat(100)}${']'.repeat(100)}`, type: 'application/json' } },
    status: 413,
    type: 'payload-too-large',
  },
  {
    title: 'YAML that is too deep for any stack',
    request: { raw: { text: '['.repeat(200_000), type: 'application/yaml' } },
    status: 413,
    type: 'payload-too-large',
  },
  {
    title: 'A list that is too long',
    request: {
      raw: { text: JSON.stringify({ nodePools: Array.from({ length: 2000 }, () => 1) }), type: 'application/json' },
    },
    status: 413,
    type: 'payload-too-large',
    pointers: ['/nodePools'],
  },
  {
    title: 'Neither JSON nor YAML',
    request: { raw: { text: 'name=web', type: 'application/x-www-form-urlencoded' } },
    status: 415,
    type: 'unsupported-media-type',
  },
  {
    title: 'A body that is a list',
    request: { raw: { text: '[]', type: 'application/json' } },
    status: 422,
    type: 'validation',
    pointers: [''],
  },
];

function pointersOf(answer: TestAnswer): string[] {
  return (answer.body.errors ?? []).map(({ pointer }: { pointer: string }) => pointer);
}

test('Bad input', async (t) => {
  const api = await openTestApi(t);
  for (const { title, request, method = 'POST', path = '/v1/clusters', status, type, pointers = [] } of cases) {
    const answer = await api.send(method, path, request);
    t.equal(answer.status, status, `${title} gets ${status} ${answer.status === status ? '' : answer.text}`);
    t.equal(answer.body.type, `urn:fleetyard:problem:${type}`, `${title} is called ${type}`);
    t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8', 'in a problem document');
    t.same(
      pointers.filter((pointer) => !pointersOf(answer).includes(pointer)),
      [],
      `${title} is pointed at (${pointersOf(answer).join(' ')})`,
    );
  }
  t.same(await api.countLeftovers(), { rows: 0, jobs: 0 }, 'leaves no row and no job');
});

test('A range that another cluster holds', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest({ network: { nodeCidr: '10.4.0.0/16' } }) });
  const before = await api.countLeftovers();
  const refused = await api.send('POST', '/v1/clusters', {
    body: clusterRequest({ name: 'other', network: { nodeCidr: '10.4.128.0/20' } }),
  });
  t.match(
    refused,
    { status: 409, body: { type: 'urn:fleetyard:problem:range-overlap', errors: [{ pointer: '/network/nodeCidr' }] } },
    'is refused with its owner',
  );
  t.match(refused.body.errors[0].detail, /cluster "web"/, 'by name');
  const taken = await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  t.match(
    taken,
    { status: 409, body: { type: 'urn:fleetyard:problem:name-taken', errors: [{ pointer: '/name' }] } },
    'as is a name',
  );
  const inFleet = await api.send('POST', '/v1/fleets', {
    body: withClusters(([first]) => [{ ...first, name: 'web' }]),
  });
  t.match(
    inFleet,
    { status: 409, body: { type: 'urn:fleetyard:problem:name-taken', errors: [{ pointer: '/clusters/0/name' }] } },
    'also inside of a fleet',
  );
  t.same(await api.countLeftovers(), before, 'and nothing is left of any of them');
});

test('Wrong parameters', async (t) => {
  const api = await openTestApi(t);
  const wrong = await api.send('GET', '/v1/clusters?limit=0&colour=red');
  t.match(wrong, { status: 400, body: { type: 'urn:fleetyard:problem:invalid-parameter' } }, 'get 400');
  t.same(
    wrong.body.errors.map(({ parameter }: { parameter: string }) => parameter).toSorted(),
    ['colour', 'limit'],
    'with each of them',
  );
  t.equal((await api.send('GET', '/v1/clusters?cursor=nonsense')).status, 400, 'a cursor that nobody made among them');
});

test('Addresses that are not there', async (t) => {
  const api = await openTestApi(t);
  t.match(
    await api.send('GET', '/v2/clusters'),
    { status: 404, body: { type: 'urn:fleetyard:problem:not-found' } },
    'get 404',
  );
  const wrongMethod = await api.send('POST', '/v1/clusters/web');
  t.match(
    wrongMethod,
    {
      status: 405,
      headers: { allow: 'GET, PUT, DELETE, PATCH' },
      body: { type: 'urn:fleetyard:problem:method-not-allowed' },
    },
    'or 405 with the methods that are',
  );
  t.equal((await api.send('GET', '/v1/clusters/nothing')).status, 404, 'as does a cluster that does not exist');
});
