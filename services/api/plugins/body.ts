// Takes bodies in: which formats there are, and what of a body the request keeps.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FieldError } from '../../contract/field-errors.ts';
import { endpointTable, type EndpointName } from '../../contract/schemas.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { BodyReader } from '../body/body-reader.ts';
import { type BodyLimits, bodyLimits } from '../body/limits.ts';
import type { BodyFormat } from '../body/read-body.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the contract says against the body; null when none came. */
    bodyFaults: FieldError[] | null;
    /** The body's hash, for requests with an `Idempotency-Key`; null when it was not made yet. */
    bodyHash: Uint8Array | null;
  }
  interface FastifyContextConfig {
    endpoint?: EndpointName;
  }
}

const mergePatchType = 'application/merge-patch+json';
const formats: Readonly<Record<BodyFormat, string[]>> = {
  json: ['application/json', mergePatchType],
  yaml: ['application/yaml', 'application/x-yaml', 'text/yaml'],
};

/** Replaces the web server's own parsers, and closes the reader with the application. */
export function installBodyParsers(app: FastifyInstance, reader: BodyReader, limits: BodyLimits = bodyLimits): void {
  app.decorateRequest('bodyFaults', null);
  app.decorateRequest('bodyHash', null);
  app.addHook('onClose', () => reader.close());
  app.removeAllContentTypeParsers();
  for (const [format, types] of Object.entries(formats) as [BodyFormat, string[]][]) {
    app.addContentTypeParser(
      types,
      { parseAs: 'string', bodyLimit: limits.bytes },
      async (request: FastifyRequest, text: string | Buffer) => {
        const { endpoint } = request.routeOptions.config;
        // Nobody looks at the body of a path that is not there.
        if (endpoint === undefined) return undefined;
        checkType(endpoint, request.headers['content-type'] ?? '');
        const hashed = request.headers['idempotency-key'] !== undefined;
        const received = await reader.read({ text: String(text), format, endpoint, limits, hashed });
        request.bodyFaults = received.faults;
        request.bodyHash = received.hash ?? null;
        return received.value;
      },
    );
  }
}

/** A merge patch means something else than the document that it looks like, so neither is taken for the other. */
function checkType(endpoint: EndpointName, contentType: string): void {
  const isPatch = contentType.split(';')[0]?.trim().toLowerCase() === mergePatchType;
  const takesPatch = endpointTable[endpoint].mergePatch === true;
  if (isPatch === takesPatch) return;
  throw new FleetyardError(
    'unsupported-media-type',
    `The body has to be ${takesPatch ? mergePatchType : 'JSON or YAML'}.`,
  );
}
