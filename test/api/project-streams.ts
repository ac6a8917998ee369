// Streams of a cluster and of a whole project: complete and in order whatever commits late, resumed anywhere, shared and bounded.
import postgres from 'postgres';
import type { Readable } from 'node:stream';
import { test, type Test } from 'tap';
import { openEventFeed } from '../../services/api/streams/event-feed.ts';
import { createEventStreams, type EventStreams } from '../../services/api/streams/event-streams.ts';
import { appendEvent, eventChannel } from '../../services/store/events.ts';
import { settleRestored } from '../../services/store/settle-restored.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { waitFor } from '../helpers/wait.ts';
import { addCluster, addOperation, openTestStore } from '../store/fixtures.ts';
import { clusterRequest, openTestApi, testStreams } from './fixtures.ts';

const bounds = { token: 600, project: 600, process: 600 };

type Opened = Awaited<ReturnType<typeof open>>;

async function open(t: Test) {
  const opened = await openTestStore(t);
  const { store, projectId, work } = opened;
  const seen = { units: 0 };
  /** As another process of the API has it. */
  const openStreams = async (): Promise<{ streams: EventStreams; close: () => void }> => {
    const feed = await openEventFeed(store, eventChannel);
    const closing = new AbortController();
    t.teardown(() => {
      closing.abort();
      return feed.close();
    });
    const streams = createEventStreams({
      store: {
        lookUps: store.lookUps,
        asProject: (project, run) => {
          seen.units += 1;
          return store.asProject(project, run);
        },
      },
      feed,
      describe: ({ data }) => data,
      describePlaced: ({ data, resourceId, seq }) => ({ data, resourceId, seq }),
      ...testStreams,
      heartbeatMs: 60_000,
      tokenCheckMs: 60_000,
      bounds,
      closing: closing.signal,
      onError: (error) => t.comment(String(error)),
    });
    return { streams, close: () => closing.abort() };
  };
  const add = (name: string) =>
    work(async (tx) => {
      const cluster = await addCluster(tx, name);
      return { id: cluster.id, operationId: (await addOperation(tx, cluster)).id };
    });
  const append = (operationId: string, mark: string) =>
    work((tx) => appendEvent(tx, { operationId, type: 'progress', data: { mark } }));
  return { ...opened, seen, openStreams, add, append, owner: { tokenId: 'tk_1', projectId } };
}

function gather(stream: Readable): { text(): string; marks(): string[]; ids(): string[] } {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
  return {
    text: () => text,
    marks: () => [...text.matchAll(/"mark":"(\w+)"/g)].map(([, mark]) => mark ?? ''),
    ids: () => [...text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id ?? ''),
  };
}

test('a project is heard as a whole, a cluster by itself, and neither hears of other projects', async (t) => {
  const { openStreams, add, append, owner, store, otherProjectId } = await open(t);
  const { streams } = await openStreams();
  const [one, two] = [await add('one'), await add('two')];
  const other = await store.asProject(otherProjectId, async (tx) => addOperation(tx, await addCluster(tx, 'else')));
  const whole = gather(await streams.openProject(owner, {}));
  const single = gather(await streams.openProject(owner, { findResource: async () => one }));
  const all = gather(await streams.openProject(owner, { after: '0' }));
  for (const mark of ['a', 'b', 'c']) {
    await append(one.operationId, `${mark}1`);
    await append(two.operationId, `${mark}2`);
    await store.asProject(otherProjectId, (tx) =>
      appendEvent(tx, { operationId: other.id, type: 'progress', data: { mark: 'secret' } }),
    );
  }
  await waitFor('all of it', () => whole.marks().length >= 6 && single.marks().length >= 3 && all.marks().length >= 6);
  t.same(whole.marks(), ['a1', 'a2', 'b1', 'b2', 'c1', 'c2'], 'from the moment on');
  t.same(single.marks(), ['a1', 'b1', 'c1']);
  t.match(all.text(), /event: state[^]*"to":"queued"[^]*"mark":"a1"/, 'and from the beginning when that is asked for');
  t.notMatch(whole.text() + all.text(), /secret/);
  t.same(all.ids(), all.ids().toSorted(), 'ids compare as the events do');
});

test('what commits late is heard in its turn, and nobody misses it who resumes', async (t) => {
  const { openStreams, add, append, owner, store, projectId } = await open(t);
  const { streams } = await openStreams();
  const [slow, quick] = [await add('slow'), await add('quick')];
  const whole = gather(await streams.openProject(owner, {}));
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let wrote: () => void = () => undefined;
  const written = new Promise<void>((resolve) => (wrote = resolve));
  const late = store.asProject(projectId, async (tx) => {
    await appendEvent(tx, { operationId: slow.operationId, type: 'progress', data: { mark: 'late' } });
    wrote();
    await released;
  });
  await written;
  for (const mark of ['x', 'y']) await append(quick.operationId, mark);
  // A stream that joins while one is held back, and leaves with what it saw.
  const resumed = await streams.openProject(owner, { after: whole.ids()[0] ?? '0' });
  const first = gather(resumed);
  await append(quick.operationId, 'z');
  t.same([...whole.marks(), ...first.marks()], [], 'nothing is told ahead of what is older');
  resumed.destroy();
  release();
  await late;
  await waitFor('all', () => whole.marks().length === 4);
  t.same(whole.marks(), ['late', 'x', 'y', 'z']);
  const again = gather(await streams.openProject(owner, { after: first.ids().at(-1) ?? '' }));
  await waitFor('all for the one that resumes', () => again.marks().length === 4);
  t.same(again.marks(), ['late', 'x', 'y', 'z']);
});

test('a long transaction in another database of the server holds up nobody', async (t) => {
  const { openStreams, add, append, owner } = await open(t);
  const { adminUrl } = await createTestDatabase(t, { migrated: false });
  const { streams } = await openStreams();
  const one = await add('one');
  const whole = gather(await streams.openProject(owner, {}));
  const elsewhere = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  await elsewhere.unsafe('begin; create table held (id int)');
  await append(one.operationId, 'on');
  await waitFor('the news', () => whole.marks().length === 1);
  await elsewhere.unsafe('rollback');
  await elsewhere.end();
});

test('a stream is resumed at another process, event by event, far behind and full', async (t) => {
  const { openStreams, add, append, owner } = await open(t);
  const first = await openStreams();
  const [one, two] = [await add('one'), await add('two')];
  const before = gather(await first.streams.openProject(owner, {}));
  await append(one.operationId, 'm0');
  await waitFor('the first', () => before.marks().length === 1);
  first.close();
  const last = before.ids().at(-1) ?? '';
  const marks = Array.from({ length: 450 }, (_, index) => `m${index + 1}`);
  for (const [index, mark] of marks.entries()) await append(index % 3 === 0 ? two.operationId : one.operationId, mark);
  const { streams } = await openStreams();
  const after = gather(await streams.openProject(owner, { after: last }));
  await waitFor('what was missed', () => after.marks().length === 450);
  t.same(after.marks(), marks, 'each once, in order');
  await append(one.operationId, 'new');
  await waitFor('the news', () => after.marks().at(-1) === 'new');
  const single = gather(await streams.openProject(owner, { after: last, findResource: async () => two }));
  await waitFor('those of one cluster', () => single.marks().length === 150);
  t.same(
    single.marks(),
    marks.filter((_, index) => index % 3 === 0),
  );
  const middle = after.ids()[200] ?? '';
  const rest = gather(await streams.openProject(owner, { after: middle }));
  await waitFor('the rest', () => rest.marks().at(-1) === 'new');
  t.same(rest.marks(), [...marks, 'new'].slice(200), 'from any id');
});

test('five hundred who listen to a project are read for together', async (t) => {
  const { openStreams, add, append, owner, seen } = await open(t);
  const { streams } = await openStreams();
  const one = await add('one');
  const gathered = (await Promise.all(Array.from({ length: 500 }, () => streams.openProject(owner, {})))).map(gather);
  await append(one.operationId, 'first');
  await waitFor('the first news', () => gathered.every(({ marks }) => marks().length === 1));
  const before = seen.units;
  for (let index = 0; index < 5; index += 1) await append(one.operationId, `n${index}`);
  await waitFor('the news', () => gathered.every(({ marks }) => marks().length === 6));
  t.ok(seen.units - before <= 15, `${seen.units - before} units of work for 5 events and 500 readers`);
  await t.rejects(
    Promise.all(Array.from({ length: 200 }, () => streams.openProject(owner, {}))),
    { code: 'rate-limited' },
    'and there may be so many of them',
  );
});

test('after a restore, history is history, and who resumes from before is told', async (t) => {
  const { openStreams, add, append, owner, store, adminUrl }: Opened = await open(t);
  const one = await add('one');
  await append(one.operationId, 'old');
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  // As rows of a server whose count was far ahead.
  await admin`update events set xact = xact + 1000000000`;
  const { streams } = await openStreams();
  await store.asSystem((tx) => settleRestored(tx));
  const [{ xact } = { xact: '' }] = await admin<
    { xact: string }[]
  >`select distinct xact::text from events where type = 'progress'`;
  t.equal(xact, '0');
  const ahead = gather(await streams.openProject(owner, { after: '000000009000000000' }));
  await append(one.operationId, 'new');
  await waitFor('the news', () => ahead.marks().length === 1);
  t.match(ahead.text(), /event: reset\ndata: \{\}/);
  t.same(ahead.marks(), ['new']);
  const whole = gather(await streams.openProject(owner, { after: '0' }));
  await waitFor('the history', () => whole.marks().length === 2);
  t.same(whole.marks(), ['old', 'new']);
  await admin.end();
});

test('over HTTP: streams, lists, and ids that are none', async (t) => {
  const api = await openTestApi(t);
  const made = await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  await api.send('POST', '/v1/clusters', { body: clusterRequest({ name: 'other' }) });
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const headers = { authorization: `Bearer ${api.tokens.viewer}` };
  const json = { headers: { accept: 'application/json' } };
  // Other writers of the same server hold back what is younger than they are.
  await waitFor('both', async () => (await api.send('GET', '/v1/events', json)).body.items.length === 2);
  const listed = await api.send('GET', '/v1/events?limit=1', json);
  t.match(listed, {
    status: 200,
    body: { items: [{ type: 'state', resource: { kind: 'cluster', id: made.body.cluster.id } }] },
  });
  const rest = await api.send('GET', `/v1/events?after=${listed.body.last}`, json);
  t.match(rest.body.items, [{ type: 'state' }]);
  t.equal(rest.body.items.length, 1);
  const single = await api.send('GET', '/v1/clusters/web/events', json);
  t.same(single.body.items, listed.body.items);
  const abort = new AbortController();
  const stream = await fetch(`${address}/v1/clusters/web/events`, {
    headers: { ...headers, 'last-event-id': '0', accept: 'text/event-stream' },
    signal: abort.signal,
  });
  t.match(stream.headers.get('content-type'), /^text\/event-stream/);
  const { value } = (await stream.body?.getReader().read()) ?? {};
  t.match(Buffer.from(value ?? []).toString(), /^: connected\nid: 0\n\n/);
  abort.abort();
  for (const id of ['x', '1', '00000000000000001', "0'; drop"])
    t.match(await api.send('GET', '/v1/events', { headers: { 'last-event-id': id } }), { status: 400 }, id);
  t.equal((await api.send('GET', '/v1/clusters/none/events')).status, 404);
});
