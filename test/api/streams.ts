// Event streams: bounded, read together, ended with their token, and no burden when their readers are slow.
import type { Readable } from 'node:stream';
import { test, type Test } from 'tap';
import { openEventFeed } from '../../services/api/streams/event-feed.ts';
import { createEventStreams, type StreamOptions } from '../../services/api/streams/event-streams.ts';
import { appendEvent, eventChannel } from '../../services/store/events.ts';
import { createToken } from '../../services/store/tokens.ts';
import type { Tx } from '../../services/store/transaction.ts';
import { createTokenText, hashToken } from '../../services/vault/tokens.ts';
import { waitFor } from '../helpers/wait.ts';
import { addCluster, addOperation, openTestStore, revokeToken } from '../store/fixtures.ts';
import { clusterRequest, openTestApi, testStreams } from './fixtures.ts';

const bounds = { token: 300, project: 300, process: 300 };

async function open(t: Test, options: Partial<StreamOptions> = {}) {
  const { store, projectId, work } = await openTestStore(t);
  const feed = await openEventFeed(store, eventChannel);
  t.teardown(() => feed.close());
  const operationId = await work(async (tx) => (await addOperation(tx, await addCluster(tx, 'web'))).id);
  const addToken = (name: string, expiresAt: Date | null = null) =>
    work((tx) => createToken(tx, { name, role: 'viewer', hash: hashToken(createTokenText()), expiresAt }));
  const closing = new AbortController();
  t.teardown(() => closing.abort());
  const seen = { units: 0, errors: [] as unknown[] };
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
    describePlaced: ({ data }) => data,
    ...testStreams,
    heartbeatMs: 60_000,
    bounds,
    closing: closing.signal,
    onError: (error) => seen.errors.push(error),
    ...options,
  });
  const append = (data: Record<string, unknown> = {}) =>
    work((tx: Tx) => appendEvent(tx, { operationId, type: 'progress', data }));
  const openFor = (tokenId: string, after = 0) => streams.open({ tokenId, projectId }, operationId, after);
  return { streams, seen, store, work, projectId, operationId, addToken, append, openFor, closing };
}

/** Gathers what a stream brings. */
function gather(stream: Readable): { text(): string; ids(): string[]; ended(): boolean } {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
  return {
    text: () => text,
    ids: () => text.match(/(?<=^id: )\d+$/gm) ?? [],
    ended: () => stream.destroyed,
  };
}

test('7: two hundred streams of one operation are read by one query for each news', async (t) => {
  const { openFor, addToken, append, seen } = await open(t);
  const { id } = await addToken('viewer');
  const gathered = (await Promise.all(Array.from({ length: 200 }, () => openFor(id)))).map(gather);
  const first = await append();
  await waitFor('the first news', () => gathered.every(({ ids }) => ids().includes(String(first))));
  const before = seen.units;
  let last = 0;
  for (let index = 0; index < 5; index++) last = await append({ index });
  await waitFor('the news', () => gathered.every(({ ids }) => ids().includes(String(last))));
  t.ok(seen.units - before <= 10, `${seen.units - before} queries for 5 events and 200 readers`);
  for (const { ids } of gathered) {
    t.same(
      ids(),
      Array.from({ length: last }, (_, index) => String(index + 1)),
      'each event once, in order',
    );
  }
});

test('7: a stream that begins later misses nothing, and nobody hears twice', async (t) => {
  const { openFor, addToken, append } = await open(t);
  const { id } = await addToken('viewer');
  for (let index = 0; index < 450; index++) await append({ index });
  const early = gather(await openFor(id, 440));
  await waitFor('the end of what there was', () => early.ids().length === 11);
  const late = gather(await openFor(id));
  const last = await append();
  await waitFor('all', () => late.ids().length === last && early.ids().length === last - 440);
  t.same(new Set(late.ids()).size, last);
  t.same(new Set(early.ids()).size, last - 440);
});

test('7: streams are bounded by token, project and process, with the reason', async (t) => {
  const { openFor, addToken, streams } = await open(t, { bounds: { token: 2, project: 3, process: 300 } });
  const [one, two] = [await addToken('one'), await addToken('two')];
  const held = [await openFor(one.id), await openFor(one.id)];
  await t.rejects(openFor(one.id), {
    code: 'rate-limited',
    message: /2 event streams of this token/,
    retryAfterSeconds: 10,
  });
  held.push(await openFor(two.id));
  await t.rejects(openFor(two.id), { code: 'rate-limited', message: /3 event streams of this project/ });
  held[0]?.destroy();
  await waitFor('a place', () => streams.count() === 2);
  t.ok(await openFor(two.id), 'a place that is given back is free');
  await t.rejects(streams.open({ tokenId: 'tk_3', projectId: 'pr_none' }, 'op_none', 0), { code: 'not-found' });
});

test('7: a stream ends with its token, revoked or expired', async (t) => {
  const { openFor, addToken, work, streams } = await open(t);
  const [kept, revoked] = [await addToken('kept'), await addToken('revoked')];
  const expired = await addToken('expired', new Date(Date.now() + 60_000));
  const goesOn = gather(await openFor(kept.id));
  const [first, second] = [gather(await openFor(revoked.id)), gather(await openFor(expired.id))];
  await work((tx) => revokeToken(tx, revoked.id));
  await waitFor('its end', () => first.ended(), { timeoutMs: 5_000 });
  t.match(first.text(), /: the token is not good any more\n\n$/);
  t.notMatch(first.text(), /event: end/, 'which is not the end of the operation');
  await work(({ sql }) => sql`update tokens set expires_at = now() where id = ${expired.id}`);
  await waitFor('the end of the expired one', () => second.ended(), { timeoutMs: 5_000 });
  t.notOk(goesOn.ended(), 'others go on');
  t.equal(streams.count(), 1);
});

test('7: who does not read holds a bounded buffer, keeps up nobody, and resumes where it was', async (t) => {
  const { openFor, addToken, append } = await open(t, { stallMs: 200, heartbeatMs: 50 });
  const { id } = await addToken('viewer');
  const slow = await openFor(id);
  const quick = gather(await openFor(id));
  slow.on('error', () => undefined);
  const filling = 'x'.repeat(10_000);
  let last = 0;
  for (let index = 0; index < 40; index++) last = await append({ filling });
  await waitFor('the quick one', () => quick.ids().includes(String(last)));
  t.ok(slow.readableLength < 100_000, `${slow.readableLength} bytes wait`);
  await waitFor('the end of the slow one', () => slow.destroyed);
  t.notOk(quick.ended());
  const resumed = gather(await openFor(id, 20));
  await waitFor('the rest', () => resumed.ids().includes(String(last)));
  t.equal(resumed.ids()[0], '21');
});

test('7: a reader that pauses and goes on gets everything', async (t) => {
  const { openFor, addToken, append } = await open(t);
  const { id } = await addToken('viewer');
  const stream = await openFor(id);
  let last = 0;
  for (let index = 0; index < 40; index++) last = await append({ filling: 'x'.repeat(10_000) });
  await waitFor('a full buffer', () => stream.readableLength > 60_000);
  const gathered = gather(stream);
  await waitFor('the rest', () => gathered.ids().length === last);
});

test('7: streams end when the process does', async (t) => {
  const { openFor, addToken, closing } = await open(t);
  const { id } = await addToken('viewer');
  const gathered = gather(await openFor(id));
  closing.abort();
  await waitFor('its end', () => gathered.ended());
  const late = gather(await openFor(id));
  await waitFor('the end of one that came too late', () => late.ended());
});

test('7: over HTTP, who has too many streams is told 429, and a revoked token ends the one it has', async (t) => {
  const api = await openTestApi(t);
  const made = await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const ask = (token: string) =>
    fetch(`${address}/v1/operations/${made.body.operation.id}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
  const stream = await ask(api.tokens.viewer);
  t.equal(stream.status, 200);
  t.equal(stream.headers.get('x-content-type-options'), 'nosniff');
  const text = stream.text();
  await api.send('DELETE', '/v1/tokens/test-viewer');
  t.match(await text, /: the token is not good any more\n\n$/);
  t.equal((await ask(api.tokens.viewer)).status, 401);
});
