// The clients of bench/accept.ts, in a thread of their own: each has one connection and one request under way. Plain sockets, so that what is
// measured is the server and not its clients.

import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the clients are to send; everything but the name and the space of a request is the same. */
export type LoadOrders = {
  urls: string[];
  path: string;
  headers: Record<string, string>;
  /** Sends an `Idempotency-Key` with each. */
  idempotency: boolean;
  /** With `NAME` and `SPACE` where those belong. */
  body: string;
  spaces: string[];
  prefix: string;
  clients: number;
  seconds: number;
};

/** How long each accepted request took, and what else was answered. */
export type LoadResult = { accepted: number; seconds: number; waits: number[]; others: Record<string, number> };

type Answer = { status: number; text: string };

parentPort?.postMessage(await run(workerData as LoadOrders));

async function run(orders: LoadOrders): Promise<LoadResult> {
  const waits: number[] = [];
  const others: Record<string, number> = {};
  const begin = performance.now();
  const end = begin + orders.seconds * 1000;
  let sent = 0;
  const work = async (client: number): Promise<void> => {
    const url = new URL(orders.urls[client % orders.urls.length] ?? '');
    const ask = await openClient(url);
    while (performance.now() < end) {
      const index = sent++;
      const since = performance.now();
      const { status, text } = await ask(writeRequest(orders, url, index));
      if (status === 202) waits.push(performance.now() - since);
      else others[`${status} ${text.slice(0, 300)}`] = (others[`${status} ${text.slice(0, 300)}`] ?? 0) + 1;
    }
    ask.close();
  };
  await Promise.all(Array.from({ length: orders.clients }, (_, client) => work(client)));
  const seconds = (performance.now() - begin) / 1000;
  return { accepted: waits.length, seconds, waits: waits.toSorted((a, b) => a - b), others };
}

function writeRequest(orders: LoadOrders, url: URL, index: number): string {
  const name = `${orders.prefix}-${index}`;
  const body = orders.body.replace('NAME', name).replace('SPACE', orders.spaces[index % orders.spaces.length] ?? '');
  const headers = {
    host: url.host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...orders.headers,
    ...(orders.idempotency ? { 'idempotency-key': name } : {}),
  };
  const lines = Object.entries(headers).map(([field, value]) => `${field}: ${value}\r\n`);
  return `POST ${orders.path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

type Client = { (request: string): Promise<Answer>; close(): void };

async function openClient(url: URL): Promise<Client> {
  const socket = connect(Number(url.port), url.hostname);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.setNoDelay(true);
  const ask = (request: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      socket.removeAllListeners('data').removeAllListeners('close');
      socket.once('close', () => reject(new Error('the connection was closed')));
      readAnswer(socket, resolve);
      socket.write(request);
    });
  return Object.assign(ask, { close: () => socket.removeAllListeners('close').destroy() });
}

/** Answers have a length; nothing here is sent in chunks. */
function readAnswer(socket: Socket, resolve: (answer: Answer) => void): void {
  let seen = '';
  let needed = Number.POSITIVE_INFINITY;
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    seen += chunk.toString('latin1');
    bytes += chunk.length;
    if (needed === Number.POSITIVE_INFINITY) {
      const head = seen.indexOf('\r\n\r\n');
      if (head < 0) return;
      needed = head + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(seen)?.[1] ?? 0);
    }
    if (bytes < needed) return;
    socket.removeAllListeners('data');
    const head = seen.indexOf('\r\n\r\n');
    resolve({ status: Number(seen.slice(9, 12)), text: seen.slice(head + 4) });
  });
}
