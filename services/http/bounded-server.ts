// The web server's sockets: how many, how long a caller may take to ask, and who goes when there are too many.

import { createServer as createPlainServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { plainHeaders } from './plain-headers.ts';
import { tlsOptions, type TlsPair } from './tls.ts';

/** The bounds. */
export type SocketBounds = {
  /** Connections at most. */
  connections: number;
  /** For the head of a request, and for the TLS handshake. */
  headersSeconds: number;
  /** For the whole request, body included. */
  requestSeconds: number;
  /** Between two requests. */
  keepAliveSeconds: number;
  /** Of one connection. */
  requestsPerConnection: number;
};

/** Generous for a portal behind a balancer, which keeps its connections for a minute. */
export const defaultSocketBounds: SocketBounds = {
  connections: 2_000,
  headersSeconds: 10,
  requestSeconds: 30,
  keepAliveSeconds: 72,
  requestsPerConnection: 10_000,
};

/** How long nothing may move on a connection at all; longer than anything that is waited for in the database. */
const silenceMs = 120_000;
/** Node looks for late requests this often. */
const checkMs = 1_000;
/** A body that takes longer may be cut off when sockets are short. */
const slowBodyMs = 2_000;

/** Makes a server with these bounds, for TLS when there is a pair. It does not listen yet. */
export function createBoundedServer(listener: RequestListener, bounds: SocketBounds, tls?: TlsPair): Server {
  const options = {
    headersTimeout: bounds.headersSeconds * 1000,
    requestTimeout: bounds.requestSeconds * 1000,
    keepAliveTimeout: bounds.keepAliveSeconds * 1000,
    connectionsCheckingInterval: checkMs,
  };
  const server =
    tls === undefined
      ? createPlainServer(options, listener)
      : // The two differ in what they are made with; what is asked of them here, both have.
        (createTlsServer(
          { ...options, ...tlsOptions(tls), handshakeTimeout: options.headersTimeout },
          listener,
        ) as unknown as Server);
  server.maxRequestsPerSocket = bounds.requestsPerConnection;
  server.setTimeout(silenceMs);
  boundConnections(server, { most: bounds.connections, tls: tls !== undefined });
  return server;
}

type Connection = { socket: Socket; serving: Map<IncomingMessage, number> };

/**
 * Makes room for a new connection by closing the one that has waited longest without a request that is being served: who is slow to
 * ask keeps nobody out. When all are being served, the new one is told to come back.
 */
function boundConnections(server: Server, { most, tls }: { most: number; tls: boolean }): void {
  // In the order in which they became idle. A TLS socket is another object than the one below it, but has the same name.
  const open = new Map<string, Connection>();
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    if (open.size >= most && !makeRoom(open)) return refuse(socket, tls);
    open.set(name, { socket, serving: new Map() });
    socket.once('close', () => open.delete(name));
  });
  server.on('request', (request, response) => {
    const name = nameOf(request.socket);
    const connection = open.get(name);
    if (connection === undefined) return;
    connection.serving.set(request, performance.now());
    response.once('close', () => {
      connection.serving.delete(request);
      if (open.delete(name)) open.set(name, connection);
    });
  });
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function makeRoom(open: Map<string, Connection>): boolean {
  const now = performance.now();
  for (const [name, { socket, serving }] of open) {
    const busy = [...serving].some(([{ complete }, since]) => complete || now - since < slowBodyMs);
    if (busy) continue;
    open.delete(name);
    socket.destroy();
    return true;
  }
  return false;
}

function refuse(socket: Socket, tls: boolean): void {
  if (tls) return void socket.destroy();
  endWith(socket, 503, { headers: { 'retry-after': '5' } });
}

const statusOf: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/** Answers what is no request of HTTP, or none in time; the connection ends. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  const code = error.code ?? '';
  const spoken = code.startsWith('HPE_') || code in statusOf;
  if (spoken && socket.writable && socket.bytesWritten === 0) endWith(socket, statusOf[code] ?? 400);
  else socket.destroy();
}

/** Ends a connection with an answer that no handler makes; without a body of its own it says the status. */
export function endWith(
  socket: Socket,
  status: number,
  { headers = {}, body }: { headers?: Record<string, string>; body?: object } = {},
): void {
  const title = STATUS_CODES[status] ?? '';
  const text = JSON.stringify(body ?? { type: 'about:blank', title, status });
  const head = {
    ...plainHeaders,
    ...headers,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${text}`, () => socket.destroy());
}
