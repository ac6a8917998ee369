// The typed client: problems as errors, and streams that go on where they broke.
import { test } from 'tap';
import { createClient, ProblemError, unwrap } from '../../services/contract/client.ts';
import { readEventStream } from '../../services/contract/event-stream.ts';

const problem = {
  type: 'urn:fleetyard:problem:validation',
  title: 'The request is not valid',
  status: 422,
  errors: [{ pointer: '/region', detail: 'is missing' }],
};

function answer(body: string, type: string, status = 200): Response {
  return new Response(body, { status, headers: { 'content-type': type } });
}

function eventText(seq: number): string {
  const event = { seq, operation: 'op_x', type: 'state', at: '2026-01-01T00:00:00Z', data: {} };
  return `id: ${seq}\nevent: state\ndata: ${JSON.stringify(event)}\n\n`;
}

test('A problem', async (t) => {
  const client = createClient({
    baseUrl: 'http://fleetyard.test',
    token: 'fy_x',
    project: 'first',
    fetch: async () => answer(JSON.stringify(problem), 'application/problem+json', 422),
  });
  const refused = await client.GET('/v1/clusters/{cluster}', { params: { path: { cluster: 'web' } } });
  t.throws(() => unwrap(refused), ProblemError, 'is thrown');
  t.throws(() => unwrap(refused), { message: /\/region: is missing/ }, 'with every wrong field');
});

test('A merge patch', async (t) => {
  const seen: (string | null)[] = [];
  const client = createClient({
    baseUrl: 'http://fleetyard.test',
    token: 'fy_x',
    fetch: async (input) => {
      seen.push(new Request(input).headers.get('content-type'));
      return answer('{}', 'application/json');
    },
  });
  await client.PATCH('/v1/clusters/{cluster}', { params: { path: { cluster: 'web' } }, body: { protect: true } });
  await client.PATCH('/v1/projects/{project}', { params: { path: { project: 'first' } }, body: { paused: true } });
  t.same(seen, ['application/merge-patch+json', 'application/json'], 'bears its own type, and other changes theirs');
});

test('A request', async (t) => {
  const seen: Headers[] = [];
  const client = createClient({
    baseUrl: 'http://fleetyard.test',
    token: 'fy_x',
    project: 'first',
    fetch: async (input) => {
      seen.push(new Request(input).headers);
      return answer('{"items":[],"nextCursor":null}', 'application/json');
    },
  });
  t.same(unwrap(await client.GET('/v1/clusters')).items, [], 'brings its data');
  t.equal(seen[0]?.get('authorization'), 'Bearer fy_x', 'carries the token');
  t.equal(seen[0]?.get('fleetyard-project'), 'first', 'and the project');
});

test('A stream that breaks', async (t) => {
  const asked: (string | null)[] = [];
  const client = createClient({
    baseUrl: 'http://fleetyard.test',
    token: 'fy_x',
    fetch: async (_input, init) => {
      asked.push(new Headers(init?.headers).get('last-event-id'));
      const rest =
        asked.length === 1 ? eventText(1) + eventText(2) : `: alive\n\n${eventText(3)}event: end\ndata: {}\n\n`;
      return answer(rest, 'text/event-stream');
    },
  });
  const seen: number[] = [];
  for await (const { seq } of client.followEvents('op_x')) seen.push(seq);
  t.same(seen, [1, 2, 3], 'goes on to the end');
  t.same(asked, ['0', '2'], 'from where it broke');
});

test('A stream that is cut anywhere', async (t) => {
  const bytes = new TextEncoder().encode(`: hello\r\n\r\n${eventText(1)}data: zwei\ndata: drei – ü\n\n`);
  for (const size of [1, 3, 7, 1000]) {
    const body = ReadableStream.from(
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.slice(index * size, (index + 1) * size),
      ),
    ) as ReadableStream<Uint8Array>;
    const events = [];
    for await (const event of readEventStream(body)) events.push(event);
    t.match(
      events,
      [
        { id: '1', event: 'state' },
        { id: undefined, event: 'message', data: 'zwei\ndrei – ü' },
      ],
      `reads the same in pieces of ${size}`,
    );
  }
});
