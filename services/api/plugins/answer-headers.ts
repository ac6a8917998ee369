// What stands in the head of every answer, whatever it says: the request's id, and what keeps a browser from making more of it.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** The header in which a caller may name its request, and in which each answer does. */
export const requestIdHeader = 'x-request-id';

const wellFormed = /^[A-Za-z0-9][A-Za-z0-9._~-]{7,127}$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const uuidScheme = 'urn:uuid:';
const ownScheme = 'urn:fleetyard:request:';

/** A URI for each request, so that a problem's `instance` finds it in the logs of any replica: of the caller's id if that has the form, else of a new one. */
export function createRequestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[requestIdHeader];
  if (typeof given !== 'string' || !wellFormed.test(given)) return uuidScheme + randomUUID();
  return uuid.test(given) ? uuidScheme + given.toLowerCase() : ownScheme + given;
}

/** The id as a caller knows it. */
export function nameRequest(requestId: string): string {
  return requestId.replace(uuidScheme, '').replace(ownScheme, '');
}

/** Sets the headers of all answers. Browsers are to use TLS only where the service speaks it. */
export function installAnswerHeaders(app: FastifyInstance, { https }: { https: boolean }): void {
  void app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    frameguard: { action: 'deny' },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // These tell browsers about documents with scripts, of which there is none.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    dnsPrefetchControl: false,
    xDownloadOptions: false,
    xXssProtection: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header(requestIdHeader, nameRequest(request.id));
  });
}
