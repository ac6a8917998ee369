// The front door over HTTP: wrong tokens, limits, headers, request ids, pressure and who asked.
import { connect, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { test, type Test } from 'tap';
import { buildApp, type ServerSettings } from '../../services/api/app.ts';
import { defaultSocketBounds } from '../../services/http/bounded-server.ts';
import { openRateLimits, type Quota, type QuotaName } from '../../services/limits/rate-limits.ts';
import { createTokenText } from '../../services/vault/tokens.ts';
import { createTestRedis } from '../helpers/redis.ts';
import { waitFor } from '../helpers/wait.ts';
import { clusterRequest, openTestApi, type TestApi } from './fixtures.ts';

const none: Quota = { requests: 0, seconds: 60 };
const unlimited: Record<QuotaName, Quota> = {
  address: none,
  strangers: none,
  'token-reads': none,
  'token-writes': none,
  'project-reads': none,
  'project-writes': none,
};
const settings: ServerSettings = {
  sockets: defaultSocketBounds,
  pressure: { eventLoopDelayMs: 0, heapShare: 0 },
  trustedProxies: [],
  tls: undefined,
  https: false,
};

/** A second application on the parts of the first one, with limits or settings of its own. */
async function open(
  t: Test,
  api: TestApi,
  {
    quotas,
    server,
    parts,
  }: {
    quotas?: Partial<Record<QuotaName, Quota>>;
    server?: Partial<ServerSettings>;
    parts?: Partial<TestApi['parts']>;
  },
) {
  const { url, prefix } = createTestRedis(t);
  const probing = quotas === undefined ? {} : { address: { requests: 1_000, seconds: 60 } };
  const limits = openRateLimits({ redisUrl: url, prefix, quotas: { ...unlimited, ...probing, ...quotas } });
  t.teardown(() => limits.close());
  if (quotas !== undefined) {
    await waitFor('Redis', async () => (await limits.count([{ quota: 'address', key: 'probe' }])).length === 1);
  }
  const app = buildApp({
    parts: { ...api.parts, limits, ...parts },
    logger: pino({ level: 'silent' }),
    checkResponses: false,
    server: { ...settings, ...server },
  });
  t.teardown(() => app.close());
  const send = async (
    method: 'GET' | 'POST',
    url_: string,
    token?: string,
    headers: Record<string, string> = {},
    payload?: object,
  ) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await app.inject({
      method,
      url: url_,
      headers: { ...authorization, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const isJson = /json/.test(String(answer.headers['content-type'] ?? ''));
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : undefined };
  };
  return { app, limits, send };
}

test('7: a wrong token costs no transaction, and a malformed one no query', async (t) => {
  const api = await openTestApi(t);
  const asked = { units: 0, tokens: 0 };
  const count = () => {
    asked.units += 1;
    return Promise.reject(new Error('no transaction was to be begun'));
  };
  const findToken = (hash: Uint8Array) => {
    asked.tokens += 1;
    return api.store.lookUps.findToken(hash);
  };
  const store = {
    ...api.store,
    asProject: count,
    asSystem: count,
    asUrgent: count,
    lookUps: { ...api.store.lookUps, findToken },
  };
  const { send } = await open(t, api, { parts: { store } });
  const wrong = await Promise.all(Array.from({ length: 400 }, () => send('GET', '/v1/clusters', createTokenText())));
  t.ok(wrong.every(({ status, headers }) => status === 401 && headers['www-authenticate'] !== undefined));
  t.same(asked, { units: 0, tokens: 400 }, 'no transaction');
  for (const token of ['fy_wrong', `${createTokenText()}x`, 'x'.repeat(500)]) {
    t.equal((await send('GET', '/v1/clusters', token)).status, 401);
  }
  t.equal(asked.tokens, 400, 'and what can be no token is not looked up');
});

test('7: who guesses is refused without being looked up; whoever shares the address goes on', async (t) => {
  const api = await openTestApi(t);
  const { send } = await open(t, api, { quotas: { strangers: { requests: 5, seconds: 60 } } });
  t.equal((await send('GET', '/v1/projects/first', api.tokens.viewer)).status, 200);
  for (let index = 0; index < 6; index++) t.equal((await send('GET', '/v1/clusters', createTokenText())).status, 401);
  const refused = await send('GET', '/v1/clusters', createTokenText());
  t.match(refused, { status: 429, body: { type: 'urn:fleetyard:problem:rate-limited', detail: /unknown tokens/ } });
  t.ok(Number(refused.headers['retry-after']) > 0);
  t.equal((await send('GET', '/v1/clusters', api.tokens.viewer)).status, 200, 'a token that was good before');
  await api.send('DELETE', '/v1/tokens/test-viewer');
  t.equal(
    (await send('GET', '/v1/clusters', api.tokens.viewer)).status,
    401,
    'until it is revoked, which counts at once',
  );
});

test('7: requests are limited by token and by project, reads apart from writes', async (t) => {
  const api = await openTestApi(t);
  const quotas = {
    'token-writes': { requests: 2, seconds: 60 },
    'token-reads': { requests: 3, seconds: 60 },
    'project-reads': { requests: 4, seconds: 60 },
  };
  const { send } = await open(t, api, { quotas });
  const write = () => send('POST', '/v1/clusters', api.tokens.operator, {}, clusterRequest({ name: '!' }));
  const first = await write();
  t.match(first, {
    status: 422,
    headers: { ratelimit: /"token-writes";r=1;t=\d+/, 'ratelimit-policy': /"token-writes";q=2;w=60/ },
  });
  t.equal((await write()).status, 422);
  const third = await write();
  t.match(third, {
    status: 429,
    body: { type: 'urn:fleetyard:problem:rate-limited', detail: /2 writes of one token in 60 s/ },
  });
  t.ok(Number(third.headers['retry-after']) > 0 && Number(third.headers['retry-after']) <= 60);
  t.equal(third.headers['x-content-type-options'], 'nosniff', 'a refusal has the headers of all answers');

  const read = async (token: string) => (await send('GET', '/v1/clusters', token)).status;
  t.equal(await read(api.tokens.operator), 200, 'reads are counted apart');
  t.same(
    [await read(api.tokens.viewer), await read(api.tokens.viewer), await read(api.tokens.viewer)],
    [200, 200, 200],
  );
  t.equal(await read(api.tokens.admin), 429, 'the project has had its four');
  t.equal(await read(api.tokens['other-admin']), 200, "which is no other project's loss");
  t.equal(
    (await send('GET', '/v1/clusters', api.tokens['platform-admin'], { 'fleetyard-project': 'first' })).status,
    200,
    'nor is what the platform asks',
  );
  for (let index = 0; index < 5; index++)
    t.equal((await send('GET', '/health')).status, 200, 'health is never refused');
});

test('7: a refused request with a key leaves the key free', async (t) => {
  const api = await openTestApi(t);
  const { send } = await open(t, api, { quotas: { 'token-writes': { requests: 1, seconds: 1 } } });
  const make = (name: string, key: string) =>
    send('POST', '/v1/clusters', api.tokens.operator, { 'idempotency-key': key }, clusterRequest({ name }));
  t.equal((await make('one', 'first')).status, 202);
  const refused = await waitFor('a refusal', async () => {
    const answer = await make('two', 'second');
    return answer.status === 429 ? answer : undefined;
  });
  t.equal(refused.headers['idempotency-replayed'], undefined);
  await waitFor('the next window', async () => (await make('two', 'second')).status === 202);
});

test('7: addresses are limited, and a proxy says whose they are only when it is trusted', async (t) => {
  const api = await openTestApi(t);
  const quotas = { address: { requests: 2, seconds: 60 } };
  const ask = async (opened: Awaited<ReturnType<typeof open>>, address: string) =>
    (await opened.send('GET', '/openapi.json', undefined, { 'x-forwarded-for': address })).status;
  const alone = await open(t, api, { quotas });
  t.same(
    [await ask(alone, '192.0.2.1'), await ask(alone, '192.0.2.2'), await ask(alone, '192.0.2.3')],
    [200, 200, 429],
  );
  const behind = await open(t, api, { quotas, server: { trustedProxies: ['127.0.0.0/8'] } });
  t.same(
    [await ask(behind, '192.0.2.1'), await ask(behind, '192.0.2.1'), await ask(behind, '192.0.2.1')],
    [200, 200, 429],
  );
  t.equal(await ask(behind, '192.0.2.2'), 200, 'another caller');
  t.equal(await ask(behind, '192.0.2.2, 192.0.2.1'), 429, 'what a caller says of itself does not count');
  t.same(
    [await ask(behind, '2001:db8::1'), await ask(behind, '2001:db8:0:0:9::1'), await ask(behind, '2001:db8::2')],
    [200, 200, 429],
    'a network of IPv6 is one',
  );
});

test('16: every answer has the headers that keep a browser from making more of it', async (t) => {
  const api = await openTestApi(t);
  const { send, app } = await open(t, api, { server: { https: true } });
  for (const [url, status] of [
    ['/health', 200],
    ['/v1/clusters', 401],
    ['/nothing', 404],
    ['/%zz', 400],
  ] as const) {
    const answer = await send('GET', url);
    t.match(
      answer,
      {
        status,
        headers: {
          'x-content-type-options': 'nosniff',
          'content-security-policy': /default-src 'none'/,
          'x-request-id': /^[0-9a-f-]{36}$/,
        },
      },
      url,
    );
  }
  t.match((await send('GET', '/health')).headers, {
    'strict-transport-security': /max-age=/,
    'x-frame-options': 'DENY',
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
  const said = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  t.match(said, /^HTTP\/1\.1 400 [\s\S]+x-content-type-options: nosniff/, 'what is no request at all');
  t.equal(
    (await api.send('GET', '/health')).headers['strict-transport-security'],
    undefined,
    'TLS is asked for only where it is',
  );
});

test('16: a request keeps the id that it came with, if it has the form', async (t) => {
  const api = await openTestApi(t);
  const { send } = await open(t, api, {});
  const ask = (id: string) => send('GET', '/v1/clusters', undefined, { 'x-request-id': id });
  t.match(await ask('portal-7.ticket_42'), {
    headers: { 'x-request-id': 'portal-7.ticket_42' },
    body: { instance: 'urn:fleetyard:request:portal-7.ticket_42' },
  });
  const id = '0190d5c4-7b1a-7cc0-8a4e-1f2d3c4b5a69';
  t.match(await ask(id), { headers: { 'x-request-id': id }, body: { instance: `urn:uuid:${id}` } });
  for (const wrong of ['short', 'x'.repeat(129), 'with space here', '"quoted-id"', '-begins-badly']) {
    const { headers, body } = await ask(wrong);
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/, `${wrong} is replaced`);
    t.equal(body.instance, `urn:uuid:${headers['x-request-id']}`);
  }
});

test('7: a process that has no memory or time to spare says so, and lives', async (t) => {
  const api = await openTestApi(t);
  const { send, app } = await open(t, api, { server: { pressure: { eventLoopDelayMs: 0, heapShare: 0.000_001 } } });
  await app.ready();
  const refused = await waitFor('the first sample', async () => {
    const answer = await send('GET', '/openapi.json');
    return answer.status === 503 ? answer : undefined;
  });
  t.match(refused, {
    headers: { 'retry-after': '5', 'x-content-type-options': 'nosniff' },
    body: { type: 'urn:fleetyard:problem:unavailable', detail: /no memory to spare/ },
  });
  t.equal((await send('GET', '/health')).status, 200);
  t.equal((await send('GET', '/ready')).status, 200);
});

test('7: a hundred who ask whether it is ready cost one question to the database', async (t) => {
  const api = await openTestApi(t);
  let asked = 0;
  const ping = () => {
    asked += 1;
    return api.store.ping();
  };
  const { send } = await open(t, api, { parts: { store: { ...api.store, ping } } });
  const answers = await Promise.all(Array.from({ length: 100 }, () => send('GET', '/ready')));
  t.ok(answers.every(({ status }) => status === 200));
  t.ok(asked < 20, `${asked} were asked`);
});
