// What is for those who run the service and not for its callers: measurements and the details of readiness, on a port of their own or with a token.

import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { ConfigError } from '../process/config-error.ts';
import { answerClientError, createBoundedServer, defaultSocketBounds } from './bounded-server.ts';
import { plainHeaders } from './plain-headers.ts';

/** Whether a request carries the token for measurements. */
export type MonitoringGate = (headers: Pick<IncomingHttpHeaders, 'authorization'>) => boolean;

const shortestToken = 16;

/** Makes the gate of a token; without one nobody passes. */
export function createMonitoringGate(token: string | undefined): MonitoringGate {
  if (token === undefined) return () => false;
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = hash(token);
  return ({ authorization = '' }) => timingSafeEqual(hash(/^Bearer (.+)$/i.exec(authorization)?.[1] ?? ''), expected);
}

/** Reads the token from its file; throws a `ConfigError`. */
export async function readMonitoringToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const token = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  if (token === undefined) throw new ConfigError([`FLEETYARD_METRICS_TOKEN_FILE: ${file} can't be read`]);
  if (token.length >= shortestToken) return token;
  throw new ConfigError([`FLEETYARD_METRICS_TOKEN_FILE: ${file} must hold ${shortestToken} characters or more`]);
}

/** What the port of its own answers with. */
export type MonitoringParts = {
  metrics: { render(): Promise<{ contentType: string; body: string }> };
  checkReadiness(): Promise<{ status: 'ready' | 'not-ready'; checks: Record<string, string> }>;
  /** Whether the process does its work; it does, where nobody says otherwise. */
  isAlive?(): boolean;
  /** Asked for when there is a token; the port alone is enough when there is none. */
  gate: MonitoringGate | undefined;
};

const mostConnections = 50;

/** Makes the server of that port: `/metrics`, `/ready` with its checks, and `/health`. It does not listen yet. */
export function createMonitoringServer(parts: MonitoringParts): Server {
  const server = createBoundedServer(
    (request, response) => {
      const path = request.url?.split('?')[0];
      const answered = request.method === 'GET' ? answer(parts, path, request.headers, response) : undefined;
      if (answered === undefined) return send(response, 405, { status: 405, title: 'The method is not allowed here' });
      answered.catch(() => send(response, 500, { status: 500, title: 'The service failed' }));
    },
    { ...defaultSocketBounds, connections: mostConnections },
  );
  return server.on('clientError', answerClientError);
}

async function answer(
  parts: MonitoringParts,
  path: string | undefined,
  headers: IncomingHttpHeaders,
  response: ServerResponse,
): Promise<void> {
  if (path === '/health') {
    const alive = parts.isAlive?.() ?? true;
    return alive
      ? send(response, 200, { status: 'ok' })
      : send(response, 503, { status: 503, title: 'The process does not do its work any more' });
  }
  if (parts.gate?.(headers) === false) {
    return send(response, 401, { status: 401, title: 'The token for measurements is needed' });
  }
  if (path === '/ready') {
    const readiness = await parts.checkReadiness();
    return send(response, readiness.status === 'ready' ? 200 : 503, readiness);
  }
  if (path !== '/metrics') return send(response, 404, { status: 404, title: 'There is no such thing' });
  const { contentType, body } = await parts.metrics.render();
  response.writeHead(200, { ...plainHeaders, 'content-type': contentType }).end(body);
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return void response.destroy();
  const type = status < 400 || 'checks' in body ? 'application/json' : 'application/problem+json';
  const wait = status === 503 ? { 'retry-after': '5' } : {};
  const asked = status === 401 ? { 'www-authenticate': 'Bearer realm="fleetyard"' } : {};
  response.writeHead(status, { ...plainHeaders, ...wait, ...asked, 'content-type': type }).end(JSON.stringify(body));
}

/** Listens on the port of its own, if there is one; returns what closes it. */
export async function openMonitoring(
  { host, port }: { host: string; port: number | undefined },
  parts: MonitoringParts,
  log: Pick<Logger, 'info'>,
): Promise<() => Promise<void>> {
  if (port === undefined) return async () => undefined;
  const server = createMonitoringServer(parts).listen(port, host);
  await once(server, 'listening');
  log.info({ monitoring: `http://${host}:${(server.address() as AddressInfo).port}` }, 'measurements are served');
  return async () => {
    server.close();
    server.closeAllConnections();
  };
}
