// Idempotency keys: a request that is repeated is answered again and not done again.
import { test } from 'tap';
import { clusterRequest, openTestApi } from './fixtures.ts';

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
  const statuses = new Set(answers.map(({ status }) => status));
  t.ok(
    statuses.has(202) && [...statuses].every((status) => status === 202 || status === 409),
    'are answered or asked to wait',
  );
  t.ok(
    answers.every(({ status, body }) => status === 202 || body.type === 'urn:fleetyard:problem:idempotency-in-flight'),
    'with the reason',
  );
  t.equal((await api.send('GET', '/v1/clusters')).body.items.length, 1, 'and done once');
});

test('The secret of a new token', async (t) => {
  const api = await openTestApi(t);
  const body = { name: 'ci', role: 'viewer' };
  const first = await api.send('POST', '/v1/tokens', { body, ...key('four') });
  const again = await api.send('POST', '/v1/tokens', { body, ...key('four') });
  t.equal(again.body.secret, first.body.secret, 'comes again for the same key');
});
