// Lists: narrowed by labels, fleet, provider, phase and search; sorted both ways with cursors that stay; links to other pages.
import { test } from 'tap';
import { clusterRequest, fleetRequest, openTestApi, type TestApi } from './fixtures.ts';

const labels: Record<string, Record<string, string>> = {
  alpha: { tier: 'edge', 'example.com/team': 'a' },
  'beta-edge': { tier: 'core' },
  gamma: { tier: 'edge', old: '' },
  delta: {},
  'edge-epsilon': { tier: 'edge' },
};

async function fill(api: TestApi): Promise<void> {
  for (const [name, own] of Object.entries(labels))
    await api.send('POST', '/v1/clusters', { body: clusterRequest({ name, labels: own }) });
}

async function list(api: TestApi, query: string): Promise<string[]> {
  const { status, body, text } = await api.send('GET', `/v1/clusters?${query}`);
  if (status !== 200) throw new Error(text);
  return body.items.map(({ name }: { name: string }) => name);
}

test('what a list is narrowed to', async (t) => {
  const api = await openTestApi(t);
  await fill(api);
  await api.send('POST', '/v1/fleets', { body: fleetRequest() });
  const cases: [query: string, names: string[]][] = [
    ['label=tier=edge', ['alpha', 'gamma', 'edge-epsilon']],
    ['label=tier=edge&label=!old', ['alpha', 'edge-epsilon']],
    ['label=tier=edge&label=tier=core', []],
    ['label=old', ['gamma']],
    ['label=old=', ['gamma']],
    ['label=example.com/team', ['alpha']],
    ['label=example.com/team=a', ['alpha']],
    ['label=!tier&q=lt', ['delta']],
    ['q=EDGE', ['beta-edge', 'edge-epsilon']],
    ['q=edge&label=tier=core', ['beta-edge']],
    ['fleet=three-clouds&provider=aks', ['on-azure']],
    ['fleet=none', []],
    ['phase=ready', []],
    ['phase=pending&q=alph', ['alpha']],
  ];
  for (const [query, names] of cases) t.same(await list(api, query), names, query);
  for (const query of [
    'label=',
    'label=a=b=c',
    'label=%00',
    'label=!a=b',
    'q=',
    'q=%25',
    'sort=age',
    `${'label=a&'.repeat(11)}`,
  ])
    t.match(
      await api.send('GET', `/v1/clusters?${query}`),
      { status: 400, body: { type: /invalid-parameter/ } },
      query,
    );
  const other = await api.send('GET', '/v1/clusters?label=tier', { token: api.tokens['other-admin'] });
  t.same(other.body.items, [], 'and another project sees none of it');
});

test('sorting, both ways, page by page', async (t) => {
  const api = await openTestApi(t);
  await fill(api);
  // As if made in one transaction: the id breaks the tie.
  await api.store.asSystem(
    ({ sql }) =>
      sql`update clusters set created_at = '2026-05-01T10:00:00.123456Z' where name in ('alpha', 'gamma', 'delta')`,
  );
  const names = Object.keys(labels);
  const byAge = ['alpha', 'gamma', 'delta', 'beta-edge', 'edge-epsilon'];
  const orders: [sort: string, expected: string[]][] = [
    ['', names],
    ['sort=name', names.toSorted()],
    ['sort=-name', names.toSorted().toReversed()],
    ['sort=createdAt', byAge],
    ['sort=-createdAt', byAge.toReversed()],
  ];
  for (const [sort, expected] of orders) {
    const seen: string[] = [];
    let path: string | undefined = `/v1/clusters?${sort === '' ? '' : `${sort}&`}limit=2`;
    while (path !== undefined) {
      const page: Awaited<ReturnType<TestApi['send']>> = await api.send('GET', path);
      seen.push(...page.body.items.map(({ name }: { name: string }) => name));
      const link = String(page.headers['link']);
      t.match(link, `</v1/clusters?${sort === '' ? '' : `${sort}&`}limit=2>; rel="first"`);
      path = /<([^>]+)>; rel="next"/.exec(link)?.[1];
      t.equal(path === undefined, page.body.nextCursor === null);
    }
    t.same(seen, expected, sort || 'as they were made');
  }
});

test('a cursor stays where it was, and is good for its order alone', async (t) => {
  const api = await openTestApi(t);
  await fill(api);
  const page = await api.send('GET', '/v1/clusters?limit=2&sort=name');
  t.same(
    page.body.items.map(({ name }: { name: string }) => name),
    ['alpha', 'beta-edge'],
  );
  const { nextCursor } = page.body;
  await api.send('POST', '/v1/clusters', { body: clusterRequest({ name: 'aaa' }) });
  await api.store.asSystem(({ sql }) => sql`update clusters set deleted_at = now() where name = 'beta-edge'`);
  t.same(
    await list(api, `sort=name&cursor=${nextCursor}`),
    ['delta', 'edge-epsilon', 'gamma'],
    'what comes or goes before it moves nothing',
  );
  for (const query of ['', 'sort=-name&', 'sort=createdAt&']) {
    const answer = await api.send('GET', `/v1/clusters?${query}cursor=${nextCursor}`);
    t.match(answer, { status: 400, body: { errors: [{ parameter: 'cursor', code: 'cursor-invalid' }] } }, query);
  }
});

test('fleets are searched and sorted, and every list links to its first page', async (t) => {
  const api = await openTestApi(t);
  for (const name of ['north', 'south']) {
    const clusters = fleetRequest()['clusters'] as { name: string }[];
    const own = clusters.slice(0, 1).map((cluster) => ({ ...cluster, name: `${name}-one` }));
    await api.send('POST', '/v1/fleets', { body: fleetRequest({ name, clusters: own, federation: undefined }) });
  }
  const read = async (query: string) =>
    (await api.send('GET', `/v1/fleets?${query}`)).body.items.map(({ name }: { name: string }) => name);
  t.same(await read('sort=-name'), ['south', 'north']);
  t.same(await read('q=or'), ['north']);
  t.same(await read('phase=ready'), []);
  const query = 'label=tier%3Dedge&label=%21old';
  const link = String((await api.send('GET', `/v1/clusters?${query}&limit=1`)).headers['link']);
  t.match(link, `</v1/clusters?${query}&limit=1>; rel="first"`, 'with what may be given many times');
  for (const path of ['/v1/operations', '/v1/credentials', '/v1/projects', '/v1/tokens'])
    t.match((await api.send('GET', path)).headers['link'], `<${path}>; rel="first"`);
});
