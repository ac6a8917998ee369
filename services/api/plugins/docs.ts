// `GET /docs`: the contract as a page to read and to try. Its files are served from here, and it needs no token to be read.

import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { ContractDocument } from '../../contract/document.ts';

/** Everything from here, and nothing that came with a request; the page's own icons are inside of its style sheet. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the page. What is tried there goes to the service that it came from, whatever the document calls its servers. */
export function installDocs(app: FastifyInstance, document: ContractDocument): void {
  const shown = { ...document, servers: [{ url: '/', description: 'This service.' }] };
  void app.register(swagger, {
    mode: 'static',
    specification: { document: shown as unknown as StaticDocumentSpec['document'] },
  });
  void app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentSecurityPolicy,
    theme: { title: document.info.title },
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      filter: true,
      // A token is forgotten with the page.
      persistAuthorization: false,
      tryItOutEnabled: true,
    },
  });
}
