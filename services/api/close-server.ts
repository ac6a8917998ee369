// Closes the web server without waiting for connections that nobody uses.

import type { FastifyInstance } from 'fastify';

const idleCheckMs = 50;

/** Takes no more requests and waits for those under way; connections that fall idle meanwhile are closed, not waited for. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  const timer = setInterval(() => app.server.closeIdleConnections(), idleCheckMs);
  try {
    await app.close();
  } finally {
    clearInterval(timer);
  }
}
