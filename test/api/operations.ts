// Operations over HTTP: reading, cancelling, retrying and following them.
import { test } from 'tap';
import { readEventStream, type ServerSentEvent } from '../../services/contract/event-stream.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { claimOperation } from '../../services/store/leases.ts';
import { clusterRequest, openTestApi, type TestApi } from './fixtures.ts';

async function startOperation(api: TestApi): Promise<string> {
  return (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).body.operation.id;
}

async function failOperation(api: TestApi, id: string): Promise<void> {
  const claimed = await api.store.asSystem((tx) => claimOperation(tx, { id, owner: 'test', leaseSeconds: 60 }));
  const fence = claimed?.fence ?? 0;
  const error = { code: 'capacity', message: 'No machines left.' };
  await api.store.asSystem((tx) => finishOperation(tx, { operationId: id, fence, outcome: 'failed', error }));
}

async function collect(stream: AsyncIterable<ServerSentEvent>): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

test('An operation that is cancelled', async (t) => {
  const api = await openTestApi(t);
  const id = await startOperation(api);
  const cancelled = await api.send('POST', `/v1/operations/${id}/cancel`);
  t.match(cancelled, { status: 202, body: { state: 'cancelled' } }, 'ends at once when it has not begun');
  const again = await api.send('POST', `/v1/operations/${id}/cancel`);
  t.match(
    again,
    { status: 409, body: { type: 'urn:fleetyard:problem:conflict' } },
    'cannot be cancelled once it has ended',
  );
});

test('An operation that failed', async (t) => {
  const api = await openTestApi(t);
  const id = await startOperation(api);
  t.equal((await api.send('POST', `/v1/operations/${id}/retry`)).status, 409, 'cannot be retried before it fails');
  await failOperation(api, id);
  t.match(
    (await api.send('GET', `/v1/operations/${id}`)).body,
    { state: 'failed', error: { code: 'capacity' } },
    'says why',
  );
  t.match(
    (await api.send('GET', '/v1/clusters/web')).body,
    { phase: 'failed', operation: null },
    'shows on its cluster',
  );
  const retried = await api.send('POST', `/v1/operations/${id}/retry`);
  t.match(retried, { status: 202, body: { state: 'queued', attempt: 2, error: null } }, 'goes on as the next attempt');
});

test("An operation's events", async (t) => {
  const api = await openTestApi(t);
  const id = await startOperation(api);
  await failOperation(api, id);
  const path = `/v1/operations/${id}/events`;
  const listed = await api.send('GET', path, { headers: { accept: 'application/json' } });
  const states = listed.body.items.map(({ data }: { data: { to: string } }) => data.to);
  t.same(states, ['queued', 'running', 'failed'], 'are a list for those who ask for JSON');
  t.same(
    listed.body.items.map(({ seq }: { seq: number }) => seq),
    [1, 2, 3],
    'numbered without a gap',
  );
  const paged = await api.send('GET', `${path}?after=1&limit=1`, { headers: { accept: 'application/json' } });
  t.match(paged.body, { items: [{ seq: 2 }] }, 'in pages');

  const whole = await api.send('GET', path);
  t.equal(whole.headers['content-type'], 'text/event-stream', 'are a stream for everyone else');
  t.same(whole.text.match(/^id: \d+$/gm), ['id: 1', 'id: 2', 'id: 3'], 'from the first one on');
  t.ok(whole.text.endsWith('event: end\ndata: {}\n\n'), 'which ends when the operation has');
  const rest = await api.send('GET', path, { headers: { 'last-event-id': '2' } });
  t.same(rest.text.match(/^id: \d+$/gm), ['id: 3'], 'and resumes after Last-Event-ID');
  const wrong = await api.send('GET', path, { headers: { 'last-event-id': 'two' } });
  t.match(wrong, { status: 400, body: { errors: [{ parameter: 'Last-Event-ID' }] } }, 'unless that is no number');
});

test('A stream that is open while things happen', async (t) => {
  const api = await openTestApi(t);
  const id = await startOperation(api);
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(`${address}/v1/operations/${id}/events`, {
    headers: { authorization: `Bearer ${api.tokens.viewer}` },
  });
  const [forUs, forHeartbeat] = response.body?.tee() ?? [];
  if (forUs === undefined || forHeartbeat === undefined) throw new Error('no body');
  const events = collect(readEventStream(forUs));
  const text = new Response(forHeartbeat).text();
  await failOperation(api, id);
  t.same(
    (await events).map(({ id: seq, event }) => `${seq} ${event}`),
    ['1 state', '2 state', '3 state', 'undefined end'],
    'brings each event once, in order',
  );
  t.ok((await text).startsWith(': connected\n\n'), 'begins at once');
});

test('A stream whose reader goes away', async (t) => {
  const api = await openTestApi(t);
  const id = await startOperation(api);
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const abort = new AbortController();
  const response = await fetch(`${address}/v1/operations/${id}/events`, {
    headers: { authorization: `Bearer ${api.tokens.viewer}` },
    signal: abort.signal,
  });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let seen = '';
  while (!seen.includes(': alive')) {
    const { value } = (await reader?.read()) ?? {};
    seen += decoder.decode(value);
  }
  t.ok(seen.includes('id: 1\n'), 'says that it lives while nothing happens');
  abort.abort();
  await api.app.close();
  t.pass('does not hold the server open');
});
