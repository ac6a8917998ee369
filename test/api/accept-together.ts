// Clusters that are asked for at once: they share units of work, and every answer is what it would be alone.
import { pino } from 'pino';
import postgres from 'postgres';
import { test } from 'tap';
import { buildApp } from '../../services/api/app.ts';
import { getBlock, overlaps } from '../../services/domain/cidr.ts';
import type { Store } from '../../services/store/open-store.ts';
import { openStore } from '../../services/store/open-store.ts';
import { waitFor } from '../helpers/wait.ts';
import { clusterRequest, openTestApi, type TestAnswer, type TestApi } from './fixtures.ts';

/** Requests of every kind of outcome, in an order in which each has one. */
const requests = [
  clusterRequest({ name: 'plain' }),
  clusterRequest({ name: 'plain' }),
  clusterRequest({ name: 'unknown-words', credential: 'nobodys', addressSpace: 'nowhere', region: 'moon-1' }),
  clusterRequest({ name: 'elsewhere', addressSpace: 'small' }),
  clusterRequest({ name: 'no-room', addressSpace: 'small' }),
  clusterRequest({ name: 'given', network: { serviceCidr: '10.200.0.0/20' } }),
  clusterRequest({ name: 'given-again', network: { serviceCidr: '10.200.0.0/20' } }),
  clusterRequest({ name: 'in-nothing', federation: 'none' }),
  clusterRequest({ name: 'google', provider: 'gke', region: 'asia-east1', credential: 'demo-gcp' }),
  clusterRequest({ name: 'small-services', network: { servicePrefix: 24 } }),
  clusterRequest({ name: 'last' }),
];

async function prepare(api: TestApi): Promise<void> {
  const pools = { nodes: '10.0.0.0/20', pods: '100.64.0.0/22', services: '10.128.0.0/20' };
  const { status } = await api.send('POST', '/v1/address-spaces', { body: { name: 'small', pools } });
  if (status !== 201) throw new Error(`the space was refused with ${status}`);
}

/** An answer without what is new each time. */
function normalise({ status, headers, text }: TestAnswer): unknown {
  const kept = Object.fromEntries(['location', 'etag', 'content-type'].map((name) => [name, headers[name]]));
  const steady = JSON.stringify({ status, kept, text })
    .replaceAll(/\b([a-z]{2})_[0-7][0-9a-z]{25}\b/g, '$1_id')
    .replaceAll(/urn:uuid:[0-9a-f-]{36}/g, 'urn')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time');
  return JSON.parse(steady);
}

/** Counts units of work of projects. */
function countUnits(api: TestApi): () => number {
  let units = 0;
  const { store } = api;
  const counting: Store = {
    ...store,
    asProject(projectId, work) {
      units += 1;
      return store.asProject(projectId, work);
    },
  };
  api.parts.store = counting;
  return () => units;
}

test('Clusters that are asked for at once', async (t) => {
  const [alone, together] = [await openTestApi(t), await openTestApi(t)];
  for (const api of [alone, together]) await prepare(api);
  const expected: TestAnswer[] = [];
  for (const body of requests) expected.push(await alone.send('POST', '/v1/clusters', { body }));
  const units = countUnits(together);
  const answers = await Promise.all(requests.map((body) => together.send('POST', '/v1/clusters', { body })));
  t.ok(units() < requests.length / 2, `share units of work: ${units()} for ${requests.length} requests`);
  t.same(answers.map(normalise), expected.map(normalise), 'and are answered as if each came alone');
  t.same(
    answers.map(({ status }) => status),
    [202, 409, 422, 202, 409, 202, 409, 422, 202, 202, 202],
    'what is refused of one is no fault of another',
  );
  for (const { status, body } of answers) {
    if (status !== 202) continue;
    const { cluster, operation } = body;
    const shown = await together.send('GET', `/v1/clusters/${cluster.id}`);
    t.same(shown.body, cluster, `${cluster.name} is what was answered`);
    const { queue: _queue, ...rest } = (await together.send('GET', `/v1/operations/${operation.id}`)).body;
    t.match(operation, rest, 'and so is its operation');
    const events = await together.work(
      (tx) => tx.sql`select seq, type, data from events where operation_id = ${operation.id}`,
    );
    t.same(
      events,
      [{ seq: 1, type: 'state', data: { from: null, to: 'queued', attempt: 1 } }],
      'which has its first event',
    );
  }
  const trail = (api: TestApi) =>
    api.work(
      (tx) => tx.sql`
        select endpoint, status, resource_name, operation_id is null as without from audit_events
        where kind = 'change' order by resource_name
      `,
    );
  t.same(await trail(together), await trail(alone), 'and the audit trail is told of each');
  const jobs = await waitFor('the jobs', async () => {
    const { waiting } = await together.queue.countJobs();
    return waiting === answers.filter(({ status }) => status === 202).length && waiting;
  });
  t.ok(jobs, 'and the queue');
});

test('Clusters with keys that are asked for at once', async (t) => {
  const api = await openTestApi(t);
  await prepare(api);
  const send = (body: Record<string, unknown>, index: number) =>
    api.send('POST', '/v1/clusters', { body, headers: { 'idempotency-key': `key-${index}` } });
  const first = await Promise.all(requests.map(send));
  const again = await Promise.all(requests.map(send));
  t.same(
    again.map(({ status, text }) => [status, text]),
    first.map(({ status, text }) => [status, text]),
    'have their answers again, refusals too',
  );
  t.ok(
    again.every(({ headers }) => headers['idempotency-replayed'] === 'true'),
    'and hear that they are',
  );
  const other = await Promise.all(requests.map((body, index) => send({ ...body, name: `other-${index}` }, index)));
  t.ok(
    other.every(({ body }) => body.type === 'urn:fleetyard:problem:idempotency-key-reused'),
    'with another body they are refused',
  );
});

test('Two processes that accept clusters of one space at once', async (t) => {
  const api = await openTestApi(t);
  const store = await openStore({ url: api.url, applicationName: 'second', vault: api.vault });
  const second = buildApp({ logger: pino({ level: 'silent' }), checkResponses: true, parts: { ...api.parts, store } });
  t.teardown(async () => {
    await second.close();
    await store.close(1);
  });
  const headers = { authorization: `Bearer ${api.tokens.admin}` };
  const send = (name: string, index: number) =>
    (index % 2 === 0 ? api.app : second).inject({
      method: 'POST',
      url: '/v1/clusters',
      payload: clusterRequest({ name }),
      headers,
    });
  // Names are asked for twice, once in each process or twice in one.
  const names = Array.from({ length: 60 }, (_, index) => `cluster-${Math.floor(index / 3)}`);
  const answers = await Promise.all(names.map(send));
  t.same([...new Set(answers.map(({ statusCode }) => statusCode))].toSorted(), [202, 409], 'answer without an error');
  t.equal(answers.filter(({ statusCode }) => statusCode === 202).length, 20, 'give each name once');
  const ranges = await api.work((tx) => tx.sql<{ range: string }[]>`select range from ranges`);
  const blocks = ranges.map(({ range }) => getBlock(range)).toSorted((a, b) => a.first - b.first);
  t.equal(blocks.length, 60, 'with three ranges each');
  t.notOk(
    blocks.some((block, index) => index > 0 && overlaps(blocks[index - 1] ?? block, block)),
    'that never overlap',
  );
});

test('A token that is revoked', async (t) => {
  const api = await openTestApi(t);
  const made = await api.send('POST', '/v1/tokens', { body: { name: 'ci', role: 'operator' } });
  const send = (index: number) =>
    api.send('POST', '/v1/clusters', { body: clusterRequest({ name: `of-ci-${index}` }), token: made.body.secret });
  t.equal((await send(0)).status, 202, 'was good');
  t.equal((await api.send('DELETE', `/v1/tokens/${made.body.token.id}`)).status, 204);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => send(index + 1)));
  t.same([...new Set(answers.map(({ status }) => status))], [401], 'opens nothing from then on, whoever it comes with');
});

const tables = ['clusters', 'ranges', 'operations', 'steps', 'address_spaces', 'credentials', 'projects'];

for (const analysed of ['never', 'when nearly nothing was there']) {
  test(`On a database that was analysed ${analysed}`, async (t) => {
    const api = await openTestApi(t);
    const sql = postgres(api.adminUrl, { max: 1 });
    t.teardown(() => sql.end({ timeout: 1 }));
    for (const table of tables) await sql`alter table ${sql(table)} set (autovacuum_enabled = false)`;
    let made = 0;
    const send = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () =>
          api.send('POST', '/v1/clusters', { body: clusterRequest({ name: `cluster-${made++}` }) }),
        ),
      );
    // What a session did is counted some time after its transactions.
    const look = () =>
      waitFor('the statistics', async () => {
        const rows = await sql<{ name: string; scans: number; inserted: number }[]>`
          select relname::text as name, seq_scan::integer as scans, n_tup_ins::integer as inserted
          from pg_stat_user_tables where relname in ${sql(tables)} order by relname
        `;
        const told = rows.find(({ name }) => name === 'ranges')?.inserted === made * 3;
        return told && rows.map(({ name, scans }) => ({ name, scans }));
      });
    await send(2);
    if (analysed !== 'never') await sql`analyze`;
    await send(60);
    const before = await look();
    const answers = await send(60);
    t.ok(answers.every(({ status }) => status === 202));
    t.same(await look(), before, 'nothing is looked for by reading all of a table');
  });
}
