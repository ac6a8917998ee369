// Bodies made to cost time or memory (hardening 3): each is refused or read, and no other request waits for it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { test } from 'tap';
import { openTestApi, type TestApi } from './fixtures.ts';

const mebibyte = 1024 * 1024;
const json = (text: string) => ({ text, type: 'application/json' });
const yaml = (text: string) => ({ text, type: 'application/yaml' });
const many = (count: number, make: (index: number) => string, between = ',') =>
  Array.from({ length: count }, (_, index) => make(index)).join(between);
const fill = (piece: string) => piece.repeat(Math.floor((mebibyte - 100) / piece.length));

const pool = (index: number) => `{"name":"p${index}","machineType":"m7i.xlargf${index}","count":{"min":1,"max":3}}`;
const cluster = (index: number, rest: string) =>
  `{"name":"web-${index}","provider":"eks","region":"eu-central-1","credential":"demo-aws",${rest}}`;
const fleet = (count: number, rest: string) =>
  `{"name":"hostile","clusters":[${many(count, (index) => cluster(index, rest))}]}`;

/** What was sent, and how it has to end. */
const hostile: { title: string; raw: { text: string; type: string }; status: number }[] = [
  { title: 'many keys of one object', raw: json(`{${many(90_000, (index) => `"k${index}":1`)}}`), status: 413 },
  { title: 'many keys in YAML', raw: yaml(many(90_000, (index) => `k${index}: 1`, '\n')), status: 413 },
  { title: 'unknown keys within the limits', raw: yaml(many(999, (index) => `k${index}: 1`, '\n')), status: 422 },
  { title: 'many faults on one line', raw: yaml(`[${fill(',')}]`), status: 400 },
  { title: 'broken nesting on every line', raw: yaml(fill('- [\n')), status: 400 },
  { title: 'quotes without an end', raw: yaml(fill('"')), status: 400 },
  { title: 'unknown tags', raw: yaml(fill('- !x a\n')), status: 400 },
  { title: 'many empty lines in a text', raw: yaml(`a: |\n${fill('\n')}`), status: 422 },
  { title: 'many comments', raw: yaml(`${fill('#x\n')}name: a`), status: 422 },
  { title: 'aliases of aliases', raw: yaml(`a: &a [1]\n${many(999, (index) => `k${index}: *a`, '\n')}`), status: 413 },
  { title: 'depth', raw: json('['.repeat(mebibyte - 100)), status: 413 },
  { title: 'one long text', raw: json(`{"name":"${fill('x')}"}`), status: 413 },
  { title: 'one long number', raw: json(`{"name":${fill('9')}}`), status: 400 },
  {
    title: 'failed oneOf',
    raw: json(fleet(200, `"addons":[${many(64, () => '{"nam":"x"}')}],"nodePools":[${pool(0)}]`)),
    status: 422,
  },
  { title: 'unknown machine types', raw: json(fleet(100, `"nodePools":[${many(50, pool)}]`)), status: 422 },
  {
    title: 'wrong labels',
    raw: json(
      fleet(200, `"labels":{${many(64, (index) => `"kubernetes.io/x${index}":"v"`)}},"nodePools":[${pool(0)}]`),
    ),
    status: 422,
  },
];

/** The longest time that the loop was held while the work went on. */
async function measureHold(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  await setImmediate();
  delay.disable();
  return delay.max / 1e6;
}

/** A busy machine holds every loop; what a harmless request meets at the same time is what counts as none. */
async function measureRelative(api: TestApi, raw: { text: string; type: string }): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 5 && least > 50; round += 1) {
    const idle = await measureHold(() => api.send('GET', '/v1/clusters'));
    const held = await measureHold(() => api.send('POST', '/v1/fleets', { raw }));
    least = Math.min(least, held - idle);
  }
  return least;
}

test('hardening 3: hostile bodies', async (t) => {
  const api = await openTestApi(t);
  for (const { title, raw, status } of hostile) {
    const answer = await api.send('POST', '/v1/fleets', { raw });
    t.equal(answer.status, status, `${title}: ${status} ${answer.status === status ? '' : answer.text.slice(0, 300)}`);
    t.ok((answer.body.errors ?? []).length <= 100, 'with at most a hundred faults');
    t.ok(answer.text.length < 64 * 1024, 'in a short answer');
    const held = await measureRelative(api, raw);
    t.ok(held < 50, `${title} holds nobody else for more than 50 ms (${held.toFixed(1)} ms)`);
  }
});

test('hardening 3: a body over a limit is told the limit and the place', async (t) => {
  const api = await openTestApi(t);
  for (const [raw, detail, pointer] of [
    [json(`{"a":{"b":${'['.repeat(40)}${']'.repeat(40)}}}`), /more than 32 levels/, `/a/b${'/0'.repeat(30)}`],
    [json(`{"a":[${many(1001, () => '1')}]}`), /more than 1000 entries/, '/a'],
    [yaml(`a:\n${many(1001, () => '- 1', '\n')}`), /more than 1000 entries/, '/a'],
    [json(`{"a":["${'x'.repeat(140_000)}"]}`), /has 140000 characters, and may have 131072/, '/a/0'],
    [json(`{"${'k'.repeat(2000)}":1}`), /key has 2000 characters, and may have 1024/, ''],
    [json(`{"a":[${many(600, () => `[${many(100, () => '1')}]`)}]}`), /more than 50000 values/, ''],
    [yaml(many(101, (index) => `k${index}: &a${index} 1`, '\n')), /more than 100 anchors and aliases/, ''],
  ] as const) {
    const { status, body } = await api.send('POST', '/v1/fleets', { raw });
    t.equal(status, 413, String(detail));
    t.match(body.detail, detail, 'says which');
    t.equal(body.errors[0].pointer, pointer, 'and where');
  }
  const tooLong = await api.send('POST', '/v1/fleets', { raw: json(' '.repeat(mebibyte + 1)) });
  t.match(tooLong, { status: 413, body: { detail: /more than 1048576 bytes/ } }, 'also in bytes');
});

test('hardening 3: a key that stands twice is refused with a pointer', async (t) => {
  const api = await openTestApi(t);
  for (const raw of [
    json('{"clusters":[{"labels":{"a":"1","b":"2","a":"3"}}]}'),
    json('{"clusters":[{"labels":{"a":"1","\\u0061":"3"}}]}'),
    yaml('clusters:\n- labels:\n    a: "1"\n    b: "2"\n    "a": "3"\n'),
  ]) {
    const { status, body } = await api.send('POST', '/v1/fleets', { raw });
    t.match({ status, body }, { status: 400, body: { type: 'urn:fleetyard:problem:malformed-body' } }, raw.text);
    t.equal(body.errors[0].pointer, '/clusters/0/labels/a', 'at its place');
  }
});
