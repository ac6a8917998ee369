// Speaks HTTP to one API server: certificates, token, patience; no redirects, and proxies only where the environment names one.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { isObject, type Properties } from '../kit/values.ts';
import { ApiError, findRetryDelay, UnreachableError } from './api-error.ts';
import type { ApiServer } from './kubeconfig.ts';

/** A call; the path begins with `/api`. */
export type ApiCall = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  contentType?: string;
  signal: AbortSignal;
  timeoutMilliseconds?: number;
};

/** Asks the API server and reads its answer; throws what it refuses. */
export type AskApi = (call: ApiCall) => Promise<Properties>;

const PATIENCE = 32_000;
/** Once more than any object may have, so that a stranger's answer does not fill the memory. */
const LONGEST_ANSWER = 64 * 1024 * 1024;
const ATTEMPTS = 5;
const LONGEST_PAUSE_SECONDS = 10;

/** The variables of the process, of which those that name proxies are heeded. */
export type Environment = Record<string, string | undefined>;

/** Makes the function that asks. */
export function createConnection(server: ApiServer, environment: Environment): AskApi {
  const agent = createAgent(server, environment);
  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await askOnce(server, agent, call);
      } catch (error) {
        const delay = attempt < ATTEMPTS ? findDelay(error, call) : undefined;
        if (delay === undefined) throw error;
        await pause(delay * 1000, undefined, { signal: call.signal });
      }
    }
  };
}

/** Only what surely did nothing, or does the same when it is asked again. */
function findDelay(error: unknown, { method, signal }: ApiCall): number | undefined {
  if (signal.aborted) return undefined;
  if (error instanceof ApiError && (error.status === 429 || error.status === 503)) {
    const told = findRetryDelay(error);
    return told === undefined ? undefined : Math.min(told, LONGEST_PAUSE_SECONDS);
  }
  // A kept connection that the server closed in this moment.
  const cause = error instanceof UnreachableError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return method !== 'POST' && cause?.code === 'ECONNRESET' ? 0 : undefined;
}

function createAgent(server: ApiServer, environment: Environment): http.Agent | https.Agent {
  const { protocol, hostname } = new URL(server.url);
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  const options = { keepAlive: true, ...(local ? {} : { proxyEnv: environment }) };
  if (protocol === 'http:') return new http.Agent(options);
  return new https.Agent({
    ...options,
    ...(server.certificateAuthority === undefined ? {} : { ca: server.certificateAuthority }),
    ...(server.client === undefined ? {} : { cert: server.client.certificate, key: server.client.key }),
    ...(server.serverName === undefined ? {} : { servername: server.serverName }),
    rejectUnauthorized: !server.insecure,
  });
}

async function askOnce(server: ApiServer, agent: http.Agent, call: ApiCall): Promise<Properties> {
  const url = new URL(`${server.url}${call.path}`);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const token = server.tokenFile === undefined ? server.token : (await readFile(server.tokenFile, 'utf8')).trim();
  const headers = {
    accept: 'application/json',
    'user-agent': 'pulumi-kubernetes',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
  };
  const patience = AbortSignal.timeout(call.timeoutMilliseconds ?? PATIENCE);
  const signal = AbortSignal.any([call.signal, patience]);
  try {
    const { status, text } = await send(url, { method: call.method, agent, headers, signal }, body);
    if (status < 200 || status > 299) throw new ApiError(status, text);
    return parseAnswer(text);
  } catch (error) {
    if (error instanceof ApiError || call.signal.aborted) throw error;
    const { message, code } = error as NodeJS.ErrnoException;
    const why = patience.aborted ? 'context deadline exceeded' : message;
    // Some of Node's messages ("socket hang up") leave the code out, by which such failures are told apart.
    const known = code === undefined || patience.aborted || why.includes(code) ? '' : ` (${code})`;
    throw new UnreachableError(`${call.method} "${url.origin}${url.pathname}": ${why}${known}`, { cause: error });
  }
}

function send(
  url: URL,
  options: https.RequestOptions,
  body: string | undefined,
): Promise<{ status: number; text: string }> {
  const { request } = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const call = request(url, options);
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > LONGEST_ANSWER) return void call.destroy(new Error('the answer is too long'));
        chunks.push(chunk);
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    call.end(body);
  });
}

function parseAnswer(text: string): Properties {
  const answer = JSON.parse(text) as unknown;
  if (isObject(answer)) return answer;
  throw new Error('the answer is no object');
}
