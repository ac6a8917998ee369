// The daemon's server: loopback only, JSON in and out, three kinds of callers (plugins, administrators, Kubernetes readers by TLS alone).
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { getAuthority, issueDoorCertificate } from '../control-planes/authority.ts';
import { answerQuestion, isAsked } from '../control-planes/kubernetes/ask-api.ts';
import { findPolicyWriter } from '../control-planes/kubernetes/keep-policies.ts';
import { answerTaints, isMemberPath } from '../control-planes/kubernetes/patch-taints.ts';
import { answerRead } from '../control-planes/kubernetes/read-api.ts';
import { answerReview, isReview } from '../control-planes/local/reviews.ts';
import type { Values } from '../ledger/resource.ts';
import { answerAdmin, type AdminParts } from './admin-routes.ts';
import type { Answer } from './answer.ts';
import { answerHub, type HubParts } from './hub-routes.ts';
import { createDoors, type Doors } from './doors.ts';
import { answerProviderCall, type ProviderServices } from './provider-routes.ts';
import { createSignInRoutes, type SignInRoutes } from './sign-in-routes.ts';

/** What the server answers with. */
export type ServerParts = AdminParts & Pick<HubParts, 'hubs'> & { services: ProviderServices; adminToken: string };

const LARGEST_BODY = 16 * 1024 * 1024;
/** Of an account that nobody has asked for yet: whoever comes first makes it, so nothing is known of who asks. */
const LARGEST_STRANGE_BODY = 64 * 1024;
const MOST_CONNECTIONS = 2_000;

/** Makes the server; it does not listen yet. */
export function createSimulatorServer(parts: ServerParts): Doors {
  const { certificate, key } = issueDoorCertificate(parts.ledger, new Date());
  const signIn = createSignInRoutes();
  const plain = createServer(listenTo((request, response) => answer(parts, request, response)));
  const secure = createSecureServer(
    { cert: certificate, key },
    listenTo((request, response) => answerSecure(parts, signIn, request, response)),
  );
  for (const server of [plain, secure]) {
    // Of asking, not of the answer: a created control plane may take long.
    server.headersTimeout = 10_000;
    server.requestTimeout = 30_000;
    server.maxConnections = MOST_CONNECTIONS;
    // Plugins keep their connections.
    server.keepAliveTimeout = 600_000;
  }
  return createDoors({ plain, secure });
}

function listenTo(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): RequestListener {
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // Stopped in the middle: the caller sees its connection end, as at a cloud that goes away.
      if ((error as Error).name === 'AbortError') return void response.destroy();
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`simulator: ${message}\n`);
      send(response, { status: 500, body: { error: { code: 'InternalError', message: 'the simulator failed' } } });
    });
  };
}

/** What API servers are asked, by the token of whoever asks. */
async function answerSecure(
  parts: ServerParts,
  signIn: SignInRoutes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'https://127.0.0.1');
  if (pathname.startsWith('/control-planes/')) return answerControlPlane(parts, request, response, pathname);
  if (!pathname.startsWith('/k8s/')) return answerSignIn(parts, signIn, request, response);
  await answerKubernetes(parts, request, response, pathname, readToken(request));
}

/** What the clouds' servers of tokens are asked, by whoever calls the simulator by their names. */
async function answerSignIn(
  parts: ServerParts,
  signIn: SignInRoutes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readText(request, LARGEST_STRANGE_BODY);
  if (body === undefined) return refuse(response, unreadable());
  const answered = signIn(parts.ledger, {
    host: request.headers.host ?? '',
    method: request.method ?? 'GET',
    path: new URL(request.url ?? '/', 'https://127.0.0.1').pathname,
    body,
    account: String(request.headers['fleetyard-account'] ?? ''),
    token: readToken(request),
    now: parts.clock.now(),
  });
  send(response, answered ? await answered : notFound());
}

/** What API servers that are processes ask the cloud that they belong to. */
async function answerControlPlane(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
): Promise<void> {
  const [, , id = '', what = ''] = pathname.split('/');
  if (request.method !== 'POST' || !isReview(what)) return refuse(response, notFound());
  const body = await readBody(request, LARGEST_STRANGE_BODY);
  if (!body) return refuse(response, unreadable());
  const asked = { id, what, secret: readToken(request), body };
  const answered = answerReview({ ledger: parts.ledger, now: parts.clock.now() }, asked);
  send(response, answered ? { status: 200, body: answered } : unauthorized());
}

function readToken(request: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

async function answer(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const path = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const token = readToken(request);
  if (path[0] === 'k8s') return send(response, plainRefused());
  if (path[0] !== 'v1') return send(response, notFound());
  if (path[1] === 'health') {
    const { certificate: certificateAuthority } = getAuthority(parts.ledger, parts.clock.now());
    return send(response, { status: 200, body: { status: 'ok', simulated: true, certificateAuthority } });
  }
  if (path[1] === 'admin') {
    if (!isSame(token, parts.adminToken)) return refuse(response, unauthorized());
    const body = await readBody(request, LARGEST_BODY);
    if (!body) return refuse(response, unreadable());
    const admin = { method: request.method ?? 'GET', path: path.slice(2), query: url.searchParams, body };
    return send(response, await answerAdmin(parts, admin));
  }
  const account = String(request.headers['fleetyard-account'] ?? '');
  if (path[1] === 'hub') {
    if (account === '' || token === '' || !parts.ledger.admit(account, token, parts.clock.now())) {
      return refuse(response, unauthorized());
    }
    return send(response, await answerHub(parts, request.method ?? 'GET', account));
  }
  if (path[1] !== 'provider' || request.method !== 'POST') return refuse(response, notFound());
  if (account === '' || token === '') return refuse(response, unauthorized());
  const known = parts.ledger.knows(account);
  if (known && !parts.ledger.admit(account, token, parts.clock.now())) return refuse(response, unauthorized());
  const body = await readBody(request, known ? LARGEST_BODY : LARGEST_STRANGE_BODY);
  if (!body) return refuse(response, unreadable());
  // Again, for another may have made the account meanwhile.
  if (!parts.ledger.admit(account, token, parts.clock.now())) return send(response, unauthorized());
  // From here on the call runs to its end, whether or not somebody still listens.
  return send(response, await answerProviderCall(parts.services, path[2] ?? '', account, body));
}

async function answerKubernetes(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  token: string,
): Promise<void> {
  const [, , id = '', ...rest] = pathname.split('/');
  const asked = { id, path: `/${rest.join('/')}`, token, now: parts.clock.now() };
  const answer = findAnswer(request.method ?? 'GET', asked.path);
  if (!answer) {
    return send(response, {
      status: 405,
      body: { error: { code: 'read-only', message: 'simulated API servers are read-only here' } },
    });
  }
  const body = await readBody(request, LARGEST_STRANGE_BODY);
  if (!body) return refuse(response, unreadable());
  const found = answer(parts.ledger, { ...asked, body });
  // A server that is not there answers nothing at all.
  if (!found) return void request.socket.destroy();
  return send(response, found);
}

/** Who answers what API servers are asked; undefined for what none of these takes. */
function findAnswer(method: string, path: string): typeof answerQuestion | undefined {
  if (method === 'GET') return answerRead;
  if (method === 'POST' && isAsked(path)) return answerQuestion;
  return method === 'PATCH' && isMemberPath(path) ? answerTaints : findPolicyWriter(method, path);
}

async function readText(request: IncomingMessage, largest: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readBody(request: IncomingMessage, largest: number): Promise<Values | undefined> {
  const sent = await readText(request, largest);
  if (sent === undefined || sent === '') return sent === undefined ? undefined : {};
  try {
    const body = JSON.parse(sent) as unknown;
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Values) : undefined;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}

/** Answers whoever is not let in, and reads no more of what it sends. */
function refuse(response: ServerResponse, answered: Answer): void {
  response.setHeader('connection', 'close');
  send(response, answered);
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function unreadable(): Answer {
  return { status: 400, body: { error: { code: 'invalid', message: 'the body is no JSON, or too large' } } };
}

/** As API servers say it. */
function plainRefused(): Answer {
  return { status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' };
}

function notFound(): Answer {
  return { status: 404, body: { error: { code: 'not-found', message: 'the simulator has no such path' } } };
}

function unauthorized(): Answer {
  const message = 'the security token included in the request is invalid';
  return { status: 401, body: { error: { code: 'InvalidClientTokenId', message } } };
}
