// The service itself: health, readiness, measurements, the contract, and what happens when a part is away.
import { test } from 'tap';
import { pino } from 'pino';
import { buildApp, checkHandlers } from '../../services/api/app.ts';
import { handlers } from '../../services/api/handlers.ts';
import { ensureBootstrapToken } from '../../services/api/bootstrap-token.ts';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProblemCode, problemTypeOf, problemTypes } from '../../services/api/problems.ts';
import { readContractDocument } from '../../services/contract/document.ts';
import { errorCodes, FleetyardError } from '../../services/domain/errors.ts';
import { hashToken, createTokenText } from '../../services/vault/tokens.ts';
import { openStore } from '../../services/store/open-store.ts';
import { openDoor } from '../helpers/door.ts';
import { waitFor } from '../helpers/wait.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { openTestStore } from '../store/fixtures.ts';
import { clusterRequest, metricsToken, openTestApi } from './fixtures.ts';

const anonymous = { token: undefined as unknown as string };
const monitor = { token: metricsToken };

test('A service that is well', async (t) => {
  const api = await openTestApi(t);
  t.match(await api.send('GET', '/health', anonymous), { status: 200, body: { status: 'ok' } }, 'is alive');
  const told = await api.send('GET', '/ready', anonymous);
  t.same(
    { status: told.status, body: told.body },
    { status: 200, body: { status: 'ready' } },
    'is ready, and tells no more',
  );
  t.match(
    await api.send('GET', '/ready', monitor),
    { status: 200, body: { status: 'ready', checks: { database: 'ok', redis: 'ok' } } },
    'names its parts to whoever runs it',
  );
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const { text, headers } = await api.send('GET', '/metrics', monitor);
  t.match(headers['content-type'], /^text\/plain/, 'has measurements');
  t.match(text, /fleetyard_operations\{state="queued"\} 1/, 'of its operations');
  t.match(text, /fleetyard_queue_jobs\{state="waiting"\} 1/, 'of its queue');
  t.match(
    text,
    /fleetyard_http_request_duration_seconds_count\{endpoint="createCluster",status="202"\} 1/,
    'and of its answers',
  );
  t.equal((await api.send('GET', '/openapi.json', anonymous)).body.openapi, '3.1.0', 'hands out its contract');
});

test('A service whose database goes away and comes back', async (t) => {
  const api = await openTestApi(t);
  const door = await openDoor(t, api.url);
  const store = await openStore({ url: door.url, applicationName: 'test-door', max: 2, vault: api.vault });
  t.teardown(() => store.close(1));
  const app = buildApp({ parts: { ...api.parts, store }, logger: pino({ level: 'silent' }), checkResponses: true });
  t.teardown(() => app.close());
  const get = async (url: string) => {
    const token = url === '/ready' ? metricsToken : api.tokens.viewer;
    const { statusCode, headers, payload } = await app.inject({ url, headers: { authorization: `Bearer ${token}` } });
    return { status: statusCode, headers, body: JSON.parse(payload) as unknown };
  };
  t.equal((await get('/v1/clusters')).status, 200, 'answers while it is there');
  await door.shut();
  t.equal((await get('/health')).status, 200, 'is alive without it');
  t.match(
    await get('/ready'),
    { status: 503, body: { checks: { database: 'failed', redis: 'ok' } } },
    'is not ready without it',
  );
  t.match(
    await get('/v1/clusters'),
    { status: 503, headers: { 'retry-after': '5' }, body: { type: 'urn:fleetyard:problem:unavailable' } },
    'asks to try again',
  );
  await door.reopen();
  await waitFor('the database', async () => (await get('/ready')).status === 200);
  t.equal((await get('/v1/clusters')).status, 200, 'goes on when it is back');
});

test('A service without its queue', async (t) => {
  const away = (): never => {
    throw new FleetyardError('unavailable', 'The queue does not answer.');
  };
  const api = await openTestApi(t, {
    enqueue: async () => away(),
    queue: { countJobs: async () => away(), ping: async () => away() },
  });
  t.equal(
    (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).status,
    202,
    'accepts what the sweep will signal',
  );
  t.match(
    await api.send('GET', '/ready', monitor),
    { status: 200, body: { checks: { redis: 'failed' } } },
    'is ready, and says what is away',
  );
  t.equal((await api.send('GET', '/metrics', monitor)).status, 200, 'measures what it can');
});

test('An error that nobody foresaw', async (t) => {
  const api = await openTestApi(t, {
    clock: () => {
      throw new Error('a secret of the clock');
    },
  });
  const answer = await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  t.match(answer, { status: 500, body: { type: 'urn:fleetyard:problem:internal' } }, 'is a problem document');
  t.notOk(answer.text.includes('secret of the clock'), 'that tells nothing more');
  t.same(await api.countLeftovers(), { rows: 0, jobs: 0 }, 'and leaves nothing behind');
});

test('Handlers and contract', async (t) => {
  const names = Object.keys(handlers);
  t.doesNotThrow(() => checkHandlers(names), 'match');
  t.throws(
    () => checkHandlers(names.slice(1)),
    { message: new RegExp(`no handler for ${names[0]}`) },
    'must not lack one',
  );
  t.throws(
    () => checkHandlers([...names, 'makeTea']),
    { message: /makeTea is not in the contract/ },
    'must not have one more',
  );
  const parts = {} as Parameters<typeof buildApp>[0]['parts'];
  const broken = { ...handlers, makeTea: handlers.getHealth };
  t.throws(
    () => buildApp({ parts, logger: pino({ level: 'silent' }), checkResponses: true, handlers: broken }),
    'or nothing starts',
  );
});

test('Problem types', async (t) => {
  const { Problem } = readContractDocument().components['schemas'] as {
    Problem: { properties: { type: { enum: string[] } } };
  };
  const published = Problem.properties.type.enum;
  const known = Object.keys(problemTypes).map((code) => problemTypeOf(code as ProblemCode));
  t.same(published.toSorted(), known.toSorted(), 'are the same in the contract and in the table');
  for (const code of Object.keys(errorCodes)) t.ok(code in problemTypes, `${code} has one`);
});

test('The first token', async (t) => {
  const { store } = await openTestStore(t);
  const file = join(await createTestDirectory(t), 'secrets', 'admin.token');
  const tokens = { create: createTokenText, hash: hashToken };
  const made = await Promise.all([1, 2, 3].map(() => ensureBootstrapToken(store, tokens, file)));
  t.same(made.filter(Boolean).length, 1, 'is made once, however many processes start');
  t.equal((await stat(file)).mode & 0o777, 0o600, 'is for its owner only');
  const text = await readFile(file, 'utf8');
  t.match(text, /^fy_[\w-]+\n$/, 'is in the file');
  t.equal(await ensureBootstrapToken(store, tokens, file), false, 'is not made again');
  t.equal(await readFile(file, 'utf8'), text, 'and stays');
});
