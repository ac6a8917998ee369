import { PassThrough } from 'node:stream';
import { test } from 'tap';
import type { ClusterProgress } from '../../services/quickstart/follow-fleet.ts';
import { parseOptions } from '../../services/quickstart/options.ts';
import { shorten } from '../../services/quickstart/print-outputs.ts';
import { listNamedCredentials } from '../../services/quickstart/send-request.ts';
import { createProgressView, formatTable } from '../../services/quickstart/show-progress.ts';
import { summarise } from '../../services/quickstart/summary.ts';

const cluster = (change: Partial<ClusterProgress>): ClusterProgress => ({
  id: 'cl_1',
  name: 'web',
  provider: 'eks',
  phase: 'creating',
  operation: 'op_1',
  layer: 'network',
  done: 3,
  planned: 12,
  resources: 3,
  seconds: 61.26,
  error: null,
  settled: false,
  ...change,
});

test('options have defaults, and a wrong one is named with what it takes', async (t) => {
  t.match(parseOptions([]), {
    request: 'examples/quickstart.yaml',
    once: false,
    json: false,
    data: '.fleetyard',
    concurrency: 3,
  });
  t.match(parseOptions(['--once', '--json', '--request', 'x.yaml', '--port', '9000']), {
    once: true,
    json: true,
    request: 'x.yaml',
    port: 9000,
  });
  t.throws(() => parseOptions(['--port', 'eighty']), /--port takes a whole number from 1 to 65535, not 'eighty'/);
  t.throws(() => parseOptions(['--time-scale=-1']), /--time-scale takes a number from 0 to 10/);
  t.throws(() => parseOptions(['--nonsense']), /--nonsense/);
});

test('the credentials of a document are listed once each, with the cloud of their clusters', async (t) => {
  const document = {
    name: 'f',
    federation: { engine: 'karmada', hub: { credential: 'hub' } },
    defaults: { credential: 'shared' },
    clusters: [
      { name: 'a', provider: 'eks', credential: 'one' },
      { name: 'b', provider: 'eks', credential: 'one' },
      { name: 'c', provider: 'gke' },
    ],
  };
  const clouds = new Map([
    ['eks', 'aws'],
    ['gke', 'gcp'],
  ] as const);
  t.same(listNamedCredentials(document as never, clouds), [
    { name: 'hub', provider: 'kubernetes' },
    { name: 'one', provider: 'aws' },
    { name: 'shared', provider: 'gcp' },
  ]);
});

test('the table shows cluster, phase, layer, resources done of planned, and the time', async (t) => {
  t.same(
    formatTable([
      cluster({}),
      cluster({ name: 'a-longer-name', phase: 'ready', layer: null, planned: null, seconds: 5 }),
    ]),
    [
      'cluster        provider  phase     layer    resources  elapsed',
      'web            eks       creating  network  3/12       1 min 01 s',
      'a-longer-name  eks       ready                         5 s',
    ],
  );
});

test('without a terminal a line is written for each change and none in between', async (t) => {
  const stream = new PassThrough();
  const view = createProgressView(stream as never);
  view.show([cluster({})]);
  view.show([cluster({ seconds: 62 })]);
  view.show([cluster({ done: 12 })]);
  view.show([cluster({ layer: 'cluster', done: 0 })]);
  const lines = String(stream.read()).trimEnd().split('\n');
  t.same(lines, [
    'web  eks  creating  network  3/12  1 min 01 s',
    'web  eks  creating  network  12/12  1 min 01 s',
    'web  eks  creating  cluster  0/12  1 min 01 s',
  ]);
});

test('a cluster that is not ready counts as failed', async (t) => {
  const summary = summarise(
    [cluster({ phase: 'ready', resources: 40 }), cluster({ name: 'b', phase: 'failed', error: 'no capacity' })],
    { setup: 1.23, provision: 4.56, total: 5.79 },
  );
  t.match(summary, { ready: 1, failed: 1, seconds: { setup: 1.2, provision: 4.6, total: 5.8 } });
  t.match(summary.clusters[1], { name: 'b', phase: 'failed', error: 'no capacity', seconds: 61.3 });
});

test('of long outputs only the beginning is printed', async (t) => {
  const certificate = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t'.repeat(30);
  const outputs = { endpoint: 'https://127.0.0.1:6443', nested: [{ certificateAuthority: certificate }], count: 3 };
  t.same(shorten(outputs), {
    endpoint: 'https://127.0.0.1:6443',
    nested: [{ certificateAuthority: `LS0tLS1CRUdJTiBDRVJUSUZJ… (${certificate.length} characters)` }],
    count: 3,
  });
});
