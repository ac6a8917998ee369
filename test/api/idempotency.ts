// Idempotency keys: a request that is repeated is answered again and not done again.
import { pino } from 'pino';
import postgres from 'postgres';
import { test } from 'tap';
import { buildApp } from '../../services/api/app.ts';
import { FleetyardError } from '../../services/domain/errors.ts';
import type { Store } from '../../services/store/open-store.ts';
import { waitFor } from '../helpers/wait.ts';
import { clusterRequest, fleetRequest, openTestApi } from './fixtures.ts';

const key = (name: string) => ({ headers: { 'idempotency-key': name } });

test('A request with a key', async (t) => {
  const api = await openTestApi(t);
  const first = await api.send('POST', '/v1/clusters', { body: clusterRequest(), ...key('one') });
  t.equal(first.status, 202, 'is done');
  const again = await api.send('POST', '/v1/clusters', { yaml: clusterRequest(), ...key('one') });
  t.same(again.body, first.body, 'is answered the same again, also in another notation');
  t.match(
    again.headers,
    { 'idempotency-replayed': 'true', location: first.headers['location'], etag: '"1"' },
    'and says so',
  );
  const other = await api.send('POST', '/v1/clusters', { body: clusterRequest({ name: 'other' }), ...key('one') });
  t.match(
    other,
    { status: 422, body: { type: 'urn:fleetyard:problem:idempotency-key-reused' } },
    'refuses another body',
  );
  t.equal((await api.send('GET', '/v1/clusters')).body.items.length, 1, 'is done once');
  const theirs = await api.send('POST', '/v1/clusters', {
    body: clusterRequest({ name: 'other' }),
    ...key('one'),
    token: api.tokens.operator,
  });
  t.equal(theirs.status, 202, 'does not stand in the way of another token');
});

test('A forced deletion with the key of a plain one', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const asPlatform = {
    token: api.tokens['platform-admin'],
    headers: { ...key('gone').headers, 'fleetyard-project': api.projectId },
  };
  const plain = await api.send('DELETE', '/v1/clusters/web', asPlatform);
  const forced = await api.send('DELETE', '/v1/clusters/web?force=true', asPlatform);
  t.match([plain.status, forced.status], [202, 202]);
  t.not(forced.body.operation.id, plain.body.operation.id, 'asks for something else');
  const again = await api.send('DELETE', '/v1/clusters/web?force=true', asPlatform);
  t.same(again.body, forced.body, 'and has an answer of its own');
});

test('A request with a key that is refused', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const first = await api.send('POST', '/v1/clusters', { body: clusterRequest(), ...key('two') });
  t.match(first, { status: 409, body: { type: 'urn:fleetyard:problem:name-taken' } }, 'is refused');
  const again = await api.send('POST', '/v1/clusters', { body: clusterRequest(), ...key('two') });
  t.same([again.status, again.body], [first.status, first.body], 'is refused the same again');
  t.equal(
    (await api.send('POST', '/v1/clusters', { body: clusterRequest(), ...key('') })).status,
    400,
    'has a key that says something',
  );
});

test('Twenty requests with one key at once', async (t) => {
  const api = await openTestApi(t);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => api.send('POST', '/v1/clusters', { body: clusterRequest(), ...key('three') })),
  );
  const [first] = answers;
  t.equal(first?.status, 202, 'are answered');
  t.ok(
    answers.every(({ status, text }) => status === first?.status && text === first.text),
    'all of them the same',
  );
  t.equal(
    answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length,
    19,
    'one by doing it, the others by waiting for its answer',
  );
  t.equal((await api.send('GET', '/v1/clusters')).body.items.length, 1, 'and done once');
});

test('Requests with one key at once in two processes', async (t) => {
  const api = await openTestApi(t);
  // What keeps them apart inside of a process is the application's own.
  const other = buildApp({ logger: pino({ level: 'silent' }), checkResponses: true, parts: api.parts });
  t.teardown(() => other.close());
  for (const path of ['/v1/clusters', '/v1/fleets']) {
    const payload = path === '/v1/clusters' ? clusterRequest({ name: 'one' }) : fleetRequest();
    const headers = { authorization: `Bearer ${api.tokens.admin}`, ...key('both').headers };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? api.app : other).inject({ method: 'POST', url: path, payload, headers }),
      ),
    );
    t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [202], `${path} is answered`);
    t.equal(new Set(answers.map(({ payload: text }) => text)).size, 1, 'with one answer');
  }
  t.equal((await api.send('GET', '/v1/clusters')).body.items.length, 4, 'and done once');
});

test('The secret of a new token', async (t) => {
  const api = await openTestApi(t);
  const body = { name: 'ci', role: 'viewer' };
  const first = await api.send('POST', '/v1/tokens', { body, ...key('four') });
  const again = await api.send('POST', '/v1/tokens', { body, ...key('four') });
  t.equal(again.body.secret, first.body.secret, 'comes again for the same key');
});

test('12: a request whose process died between the commit and the answer', async (t) => {
  const api = await openTestApi(t);
  const { store } = api;
  const dying: Store = {
    ...store,
    async asProject(projectId, work) {
      await store.asProject(projectId, work);
      throw new FleetyardError('unavailable', 'The process died here.');
    },
  };
  const request = { body: clusterRequest(), ...key('five') };
  api.parts.store = dying;
  t.equal((await api.send('POST', '/v1/clusters', request)).status, 503, 'has no answer');
  api.parts.store = store;
  const again = await api.send('POST', '/v1/clusters', request);
  t.match(
    again,
    { status: 202, headers: { 'idempotency-replayed': 'true' }, body: { cluster: { name: 'web' } } },
    'gets it when it comes again',
  );
  t.equal((await api.send('GET', '/v1/clusters')).body.items.length, 1, 'and was done once');
});

test('12: a request whose connection is cut while it waits', async (t) => {
  const api = await openTestApi(t);
  const sql = postgres(api.adminUrl, { max: 2 });
  t.teardown(() => sql.end({ timeout: 1 }));
  const request = { body: clusterRequest(), ...key('six') };
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const holding = sql.begin(async (tx) => {
    await tx`lock table clusters in exclusive mode`;
    await released;
  });
  const first = api.send('POST', '/v1/clusters', request);
  const findWaiting = () => sql<{ pid: number }[]>`
    select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
  `;
  const [waiting] = await waitFor('the request to wait', async () => {
    const rows = await findWaiting();
    return rows.length > 0 && rows;
  });
  const second = await api.send('POST', '/v1/clusters', request);
  t.match(
    second,
    { status: 409, headers: { 'retry-after': '1' }, body: { type: 'urn:fleetyard:problem:idempotency-in-flight' } },
    'is under way',
  );
  await sql`select pg_terminate_backend(${waiting?.pid ?? 0}, 5000)`;
  t.equal((await first).status, 503, 'fails');
  release();
  await holding;
  t.equal((await api.send('POST', '/v1/clusters', request)).status, 202, 'and leaves the key free at once');
});
