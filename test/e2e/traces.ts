// One fleet's whole trace: from the caller's own span through API, queue, worker and runner to each resource, as a collector gets it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type Test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { buildCluster, startTestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

type Attribute = { key: string; value: Record<string, unknown> };
type Span = { traceId: string; spanId: string; parentSpanId?: string; name: string; attributes: Attribute[] };
type Export = {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[];
};

/** Takes OTLP over HTTP, and keeps the spans, each with the name of its service. */
async function startCollector(t: Test) {
  const spans: (Span & { service: unknown })[] = [];
  const headers: unknown[] = [];
  const keep = (body: Export): void => {
    for (const { resource, scopeSpans } of body.resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value['stringValue'];
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))));
    }
  };
  const server = createServer((request, response) => {
    headers.push(request.headers['api-key']);
    void request.toArray().then((chunks: Buffer[]) => {
      keep(JSON.parse(Buffer.concat(chunks).toString()) as Export);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, headers };
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callersSpan = '00f067aa0ba902b7';

test("a fleet's trace reaches from its caller to each resource", async (t) => {
  const collector = await startCollector(t);
  const service = await startTestService(t, {
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'api-key=let-me-in' },
  });
  await service.startWorker();
  const credential = await service.addCredential('aws', 'aws');
  const { name: _name, ...cluster } = buildCluster('eks', 'whisper-cluster', credential);
  const created = await service.client.POST('/v1/fleets', {
    headers: { traceparent: `00-${traceId}-${callersSpan}-01` },
    body: { name: 'whisper-fleet', clusters: [{ name: 'whisper-cluster', ...cluster }] },
  });
  unwrap(created);
  const operation = /[^/]+$/.exec(created.response.headers.get('location') ?? '')?.[0] ?? '';
  t.equal((await service.awaitOperation(operation)).state, 'succeeded');
  const own = () => collector.spans.filter((span) => span.traceId === traceId);
  await waitFor('the span of the fleet', () => own().find(({ name }) => name === 'create fleet'), {
    timeoutMs: 60_000,
  });
  await waitFor('the span of the request', () => own().find(({ name }) => name === 'createFleet'));

  const spans = new Map(own().map((span) => [span.spanId, span]));
  const parentOf = ({ parentSpanId = '' }: Span): string => spans.get(parentSpanId)?.name ?? parentSpanId;
  const list = (name: RegExp) => own().filter((span) => name.test(span.name));
  const expect = (name: RegExp, parent: string, service: string, least = 1): void => {
    const found = list(name);
    t.ok(found.length >= least, `${name}: ${found.length}`);
    for (const span of found) {
      t.equal(parentOf(span), parent, `${span.name} is under ${parent}`);
      t.equal(span.service, service, `${span.name} is told by ${service}`);
    }
  };
  expect(/^createFleet$/, callersSpan, 'fleetyard-api');
  expect(/^change createFleet$/, 'createFleet', 'fleetyard-api');
  expect(/^create fleet$/, 'change createFleet', 'fleetyard-worker');
  expect(/^create cluster$/, 'create fleet', 'fleetyard-worker');
  expect(/^engine up network$/, 'create cluster', 'fleetyard-worker');
  expect(/^engine up cluster$/, 'create cluster', 'fleetyard-worker');
  expect(/^check reachable$/, 'create cluster', 'fleetyard-worker');
  t.same(new Set(list(/^queue$/).map(parentOf)), new Set(['create fleet', 'create cluster']), 'each of them waited');
  const layers = ['engine up network', 'engine up cluster', 'engine up addons'];
  t.same(new Set(list(/^runner up$/).map(parentOf)), new Set(layers));
  expect(/^create aws:/, 'runner up', 'fleetyard-worker', 20);
  for (const span of own()) t.ok(span.parentSpanId === callersSpan || spans.has(span.parentSpanId ?? ''), span.name);
  t.equal(new Set(own().map(({ spanId }) => spanId)).size, own().length, 'no span is told twice');
  t.ok(collector.headers.every((header) => header === 'let-me-in'));
  t.notMatch(JSON.stringify(collector.spans), /whisper|let-me-in/, 'no word of a user and no secret is told');
});
