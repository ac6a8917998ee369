// Traces without an installation: contexts, what is told and what is not, and that nothing is loaded or lost where no collector is.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { test } from 'tap';
import { loadConfig } from '../../services/config.ts';
import { createTracing, openTracing } from '../../services/tracing/open-tracing.ts';
import type { EndedSpan } from '../../services/tracing/spans.ts';
import { isInShare, readTraceParent, spanIdOf, writeTraceParent } from '../../services/tracing/trace-context.ts';

const run = promisify(execFile);
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const given = `00-${traceId}-00f067aa0ba902b7-01`;

test('a trace context is read strictly and written as it was', async (t) => {
  t.same(readTraceParent(given), { traceId, spanId: '00f067aa0ba902b7', sampled: true });
  t.equal(writeTraceParent({ traceId, spanId: '00f067aa0ba902b7', sampled: true }), given);
  t.equal(readTraceParent(`01-${traceId}-00f067aa0ba902b7-00-more`)?.sampled, false, 'a later version may say more');
  for (const wrong of [
    undefined,
    '',
    'x',
    `${given}-more`,
    `ff-${traceId}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    given.toUpperCase(),
  ])
    t.equal(readTraceParent(wrong), undefined, String(wrong));
  t.match(spanIdOf('op_1'), /^[0-9a-f]{16}$/);
  t.equal(spanIdOf('op_1'), spanIdOf('op_1'));
  t.not(spanIdOf('op_1'), spanIdOf('op_2'));
});

test('a share of traces is told, and a caller is followed where that is wanted', async (t) => {
  t.notOk(isInShare(traceId, 0));
  t.ok(isInShare(traceId, 1));
  const told: string[] = [];
  const sink = { tell: ({ name }: EndedSpan) => void told.push(name), close: async () => undefined };
  const span = { kind: 'internal', begin: new Date(0), end: new Date(1), attributes: {} } as const;
  const following = createTracing({ share: 0, followsCallers: true }, sink);
  following.tell({ ...span, name: 'asked for', context: following.begin(readTraceParent(given)) });
  following.tell({ ...span, name: 'not asked for', context: following.begin() });
  const deaf = createTracing({ share: 0, followsCallers: false }, sink);
  deaf.tell({ ...span, name: 'asked in vain', context: deaf.begin(readTraceParent(given)) });
  t.same(told, ['asked for']);
});

test("OpenTelemetry's variables say where traces go", async (t) => {
  const base = { DATABASE_URL: 'postgres://a@b/c', REDIS_URL: 'redis://b' };
  t.equal(loadConfig(base).tracing, undefined, 'nowhere by default');
  t.match(loadConfig({ ...base, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }).tracing, {
    url: 'http://collector:4318/v1/traces',
    share: 1,
    followsCallers: true,
  });
  const full = {
    ...base,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces:4318/own',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, tenant = one',
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    OTEL_SERVICE_NAME: 'mine',
  };
  t.same(loadConfig(full).tracing, {
    url: 'https://traces:4318/own',
    headers: { 'api-key': 'a b', tenant: 'one' },
    serviceName: 'mine',
    share: 0.25,
    followsCallers: false,
  });
  t.equal(loadConfig({ ...full, OTEL_SDK_DISABLED: 'true' }).tracing, undefined);
  t.equal(loadConfig({ ...full, OTEL_TRACES_EXPORTER: 'none' }).tracing, undefined);
  const secret = { ...full, OTEL_EXPORTER_OTLP_HEADERS: 'hush-hush' };
  t.throws(() => loadConfig(secret), /OTEL_EXPORTER_OTLP_HEADERS must hold names and values/);
  try {
    loadConfig(secret);
  } catch (error) {
    t.notMatch(String(error), /hush/, 'a fault never repeats what may be a token');
  }
});

test('nothing of OpenTelemetry is loaded without a collector', async (t) => {
  const opened = new URL('../../services/tracing/open-tracing.ts', import.meta.url).href;
  const count = async (settings: string): Promise<number> => {
    const script = `const { openTracing } = await import(${JSON.stringify(opened)});
      await openTracing(${settings}, { service: 'test' });
      const { default: Module } = await import('node:module');
      console.log(Object.keys(Module._cache).filter((name) => name.includes('@opentelemetry')).length);
      process.exit(0);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    return Number(stdout);
  };
  t.equal(await count('undefined'), 0);
  const somewhere = `{ url: 'http://127.0.0.1:1/v1/traces', headers: {}, share: 1, followsCallers: true }`;
  t.ok((await count(somewhere)) > 10, 'and it is with one');
});

test('a collector that is away loses traces and nothing else', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const settings = { url, headers: {}, serviceName: undefined, share: 1, followsCallers: true };
  const tracing = await openTracing(settings, { service: 'test' });
  const span = { name: 'lost', kind: 'internal', begin: new Date(0), end: new Date(1), attributes: {} } as const;
  for (let index = 0; index < 10_000; index += 1) tracing?.tell({ ...span, context: tracing.begin() });
  await tracing?.close();
  t.pass('neither telling nor closing throws');
});
