// Sends one request to an address that the guard has checked: https, no redirects, no proxy, an answer of bounded size.

import { Agent, request as openRequest, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { explainOutgoing, OutgoingError } from './outgoing-error.ts';
import type { CheckedAddress, Origin, OutgoingGuard } from './outgoing-guard.ts';
import type { OutgoingUrl } from './read-url.ts';

/** How the other side is known, and we to it. */
export type OutgoingTls = {
  /** The name in its certificate, when it is not the host's. */
  serverName?: string;
  /** PEM of the authorities to trust instead of the well-known ones. */
  certificateAuthority?: string;
  client?: { certificate: string; key: string };
};

/** One request. */
export type OutgoingRequest = {
  url: OutgoingUrl;
  origin: Origin;
  tls?: OutgoingTls;
  method: string;
  /** The path with its query, behind the URL's own path. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
};

/** An answer; its text is a stranger's. */
export type OutgoingAnswer = { status: number; headers: Record<string, string>; body: Buffer };

/** The largest answer: a hub lists some hundred members in a few MiB. */
const largestAnswer = 16 * 1024 * 1024;

/** Sends the request; throws an `OutgoingError`, which tells nothing of what was answered. A redirect is an answer like any other. */
export async function sendRequest(guard: OutgoingGuard, request: OutgoingRequest): Promise<OutgoingAnswer> {
  try {
    const checked = await inTime(guard.check(request.url, request.origin), request.signal);
    return await exchange(buildOptions(request, checked), request);
  } catch (error) {
    throw explainOutgoing(error);
  }
}

/** Resolving a name cannot be ended, only left behind. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(new OutgoingError('timed-out'));
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new OutgoingError('timed-out'));
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

function buildOptions(request: OutgoingRequest, checked: CheckedAddress[]): RequestOptions {
  const { url, tls = {}, method, path, headers, signal } = request;
  const { serverName, certificateAuthority, client } = tls;
  const name = serverName ?? (isIP(url.host) === 0 ? url.host : undefined);
  return {
    // An agent of its own: it has heard of no proxy and keeps no connection that was checked at another time.
    agent: new Agent({ keepAlive: false, maxCachedSessions: 0 }),
    protocol: 'https:',
    host: url.host,
    port: url.port,
    lookup: answerChecked(checked),
    method,
    path: `${url.path}${path}`,
    headers: { ...headers, host: formatHost(url) },
    signal,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(name === undefined ? {} : { servername: name }),
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  };
}

/** Nobody asks a resolver again between the check and the connection. */
function answerChecked(checked: CheckedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = checked;
    if (options.all === true) callback(null, checked);
    else if (first === undefined) callback(new OutgoingError('name-unknown'), '', 4);
    else callback(null, first.address, first.family);
  };
}

function formatHost({ host, port }: OutgoingUrl): string {
  const name = isIP(host) === 6 ? `[${host}]` : host;
  return port === 443 ? name : `${name}:${port}`;
}

function exchange(options: RequestOptions, { body }: OutgoingRequest): Promise<OutgoingAnswer> {
  return new Promise((resolve, reject) => {
    const request = openRequest(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > largestAnswer) response.destroy(new OutgoingError('answer-too-large'));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(headers),
          body: Buffer.concat(chunks),
        });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
