// Slow callers on the web server's sockets: they are cut off, and they keep nobody out.
import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { test, type Test } from 'tap';
import {
  answerClientError,
  createBoundedServer,
  defaultSocketBounds,
  type SocketBounds,
} from '../../services/http/bounded-server.ts';
import { waitFor } from '../helpers/wait.ts';

async function open(t: Test, bounds: Partial<SocketBounds>) {
  const held = new Set<() => void>();
  const server = createBoundedServer(
    (request, response) => {
      if (request.url === '/held') held.add(() => response.end('held'));
      else if (request.method === 'POST') request.resume().on('end', () => response.end('read'));
      else response.end('here');
    },
    { ...defaultSocketBounds, ...bounds },
  ).on('clientError', answerClientError);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, held, port: (server.address() as AddressInfo).port };
}

/** A connection that has sent this much, and what it has got. */
async function dial(t: Test, port: number, text: string): Promise<{ socket: Socket; read(): string }> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  t.teardown(() => socket.destroy());
  let got = '';
  socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
  await once(socket, 'connect');
  socket.write(text);
  return { socket, read: () => got };
}

const head = (line: string): string => `${line} HTTP/1.1\r\nhost: x\r\n`;

test('7: callers who never finish asking are cut off, and keep nobody out meanwhile', async (t) => {
  const { port, server } = await open(t, { connections: 5, headersSeconds: 1, requestSeconds: 2 });
  const slow = await Promise.all(Array.from({ length: 5 }, () => dial(t, port, head('GET /slow'))));
  await waitFor(
    'the slow ones',
    () => server.listenerCount('connection') > 0 && slow.every(({ socket }) => !socket.closed),
  );
  for (let index = 0; index < 3; index++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    t.equal(await answer.text(), 'here', 'whoever asks is answered, although every place is taken');
  }
  const gone = () => slow.filter(({ socket }) => socket.closed).length;
  await waitFor('the end of the first of them', () => gone() > 0);
  await waitFor('the end of all of them', () => gone() === 5);
  const late = slow.filter(({ read }) => read().startsWith('HTTP/1.1 408 '));
  t.ok(late.length >= 1, 'who was too slow is told so');
  for (const { read } of late) t.match(read(), /x-content-type-options: nosniff[\s\S]+application\/problem\+json/);
});

test('7: a body that drips is cut off', async (t) => {
  const { port } = await open(t, { headersSeconds: 1, requestSeconds: 1 });
  const { socket, read } = await dial(t, port, `${head('POST /')}content-length: 100\r\n\r\nx`);
  await waitFor('its end', () => socket.closed);
  t.match(read(), /^HTTP\/1\.1 408 /);
});

test('7: when every place is being served, the next caller is told to come back', async (t) => {
  const { port, held } = await open(t, { connections: 2 });
  const served = await Promise.all([1, 2].map(() => dial(t, port, `${head('GET /held')}\r\n`)));
  await waitFor('both', () => held.size === 2);
  const third = await dial(t, port, `${head('GET /')}\r\n`);
  await waitFor('its answer', () => third.socket.closed);
  t.match(third.read(), /^HTTP\/1\.1 503 [\s\S]+retry-after: 5/);
  for (const answer of held) answer();
  await waitFor('both answers', () => served.every(({ read }) => read().includes('held')));
  const again = await fetch(`http://127.0.0.1:${port}/`);
  t.equal(await again.text(), 'here', 'an idle connection makes room');
});

test('16: what is no request is answered with the headers of all answers', async (t) => {
  const { port } = await open(t, {});
  const { socket, read } = await dial(t, port, 'nonsense\r\n\r\n');
  await waitFor('its end', () => socket.closed);
  t.match(read(), /^HTTP\/1\.1 400 [\s\S]+x-content-type-options: nosniff/);
});

test('7: a connection serves a bounded number of requests', async (t) => {
  const { port } = await open(t, { requestsPerConnection: 2 });
  const ask = `${head('GET /')}\r\n`;
  const { socket, read } = await dial(t, port, ask);
  await waitFor('the first answer', () => read().endsWith('here'));
  t.notMatch(read(), /connection: close/i);
  socket.write(ask);
  await waitFor('the second answer', () => read().match(/here/g)?.length === 2);
  t.match(read(), /connection: close/i, 'which says that it is the last one');
  socket.write(ask);
  await waitFor('the refusal of a third', () => read().includes('HTTP/1.1 503'));
});
