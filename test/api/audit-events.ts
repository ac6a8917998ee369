// Reading the audit trail: who sees what, how it is narrowed, and the whole of it as lines.
import { test } from 'tap';
import { linkAuditEvents } from '../../services/store/audit-links.ts';
import { waitFor } from '../helpers/wait.ts';
import { openTestApi, type TestApi } from './fixtures.ts';

/** Refusals are told after their answers. */
async function awaitEvents(api: TestApi, count: number): Promise<void> {
  await waitFor(`${count} audit events`, async () => {
    const rows = await api.store.asSystem(({ sql }) => sql`select 1 from audit_events`);
    return rows.length >= count ? true : undefined;
  });
}

test('The list of audit events', async (t) => {
  const api = await openTestApi(t);
  for (const name of ['one', 'two', 'three']) {
    await api.send('POST', '/v1/address-spaces', { body: { name, pools: pools() } });
  }
  await api.send('POST', '/v1/address-spaces', {
    token: api.tokens['other-admin'],
    body: { name: 'x', pools: pools() },
  });
  await api.send('POST', '/v1/projects', { token: api.tokens['platform-admin'], body: { name: 'third' } });
  await api.send('GET', '/v1/address-spaces/none');
  await awaitEvents(api, 6);
  await api.store.asSystem((tx) => linkAuditEvents(tx));
  const list = async (query = '', request = {}) => {
    const answer = await api.send('GET', `/v1/audit-events${query}`, request);
    t.equal(answer.status, 200, query);
    return answer.body.items.map((item: { resource: { name: string } }) => item.resource.name);
  };
  t.same(await list(), ['none', 'three', 'two', 'one'], "is the project's own, the newest first");
  const platform = { token: api.tokens['platform-admin'] };
  t.equal((await list('', platform)).length, 6, 'is everything for a platform administrator');
  t.same(await list('', { ...platform, headers: { 'fleetyard-project': 'second' } }), ['x'], 'or one project');
  t.same(await list('?result=refused'), ['none'], 'is narrowed by result');
  t.same(await list('?resource=two'), ['two'], 'by resource');
  t.equal((await list('?endpoint=createAddressSpace')).length, 3, 'by endpoint');
  t.equal((await list('?token=test-admin')).length, 4, 'by token');
  t.equal((await list('?token=test-viewer')).length, 0);
  t.equal((await list('?since=2026-01-01T00:00:00Z')).length, 4, 'by time');
  t.equal((await list('?until=2026-01-01T00:00:00Z')).length, 0);
  for (const since of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-12:00']) {
    t.equal((await list(`?since=${since}`)).length, since.startsWith('0') ? 4 : 0, 'however far away that is');
  }
  const leap = await api.send('GET', '/v1/audit-events?since=2016-12-31T23:59:60Z');
  t.match(leap, { status: 400, body: { errors: [{ parameter: 'since' }] } }, 'but not by a second that is none');
  const first = await api.send('GET', '/v1/audit-events?limit=3&result=accepted');
  t.match(first.body, { items: [{ link: { position: 3, hash: /^[0-9a-f]{64}$/ } }, {}, {}], nextCursor: null });
  const page = await api.send('GET', '/v1/audit-events?limit=3');
  t.match(page.headers['link'], /limit=3.*rel="next"/, 'has pages');
  t.same(await list(`?limit=3&cursor=${page.body.nextCursor}`), ['one']);
  const lines = await api.send('GET', '/v1/audit-events', { headers: { accept: 'application/jsonl' } });
  t.match(lines.headers['content-type'], 'application/jsonl');
  const exported = lines.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.same(exported.toReversed(), (await api.send('GET', '/v1/audit-events')).body.items, 'comes whole as lines, too');
  t.equal((await api.send('GET', '/v1/audit-events', { token: api.tokens.operator })).status, 403, 'is for admins');
});

test('The export as lines', async (t) => {
  const api = await openTestApi(t);
  await api.store.asSystem(
    ({ sql }) => sql`
      insert into audit_events (id, project_id, kind)
      select 'ae_' || lpad(n::text, 26, '0'), ${api.projectId}, 'change' from generate_series(1, 1700) n
    `,
  );
  const lines = await api.send('GET', '/v1/audit-events', { headers: { accept: 'application/jsonl' } });
  t.equal(lines.text.trim().split('\n').length, 1700, 'goes on past a page');
});

function pools(): Record<string, string> {
  return { nodes: '10.0.0.0/8', pods: '100.64.0.0/10', services: '172.24.0.0/13' };
}
