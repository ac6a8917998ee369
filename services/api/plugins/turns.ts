// Reads the token of each request, and lets those of whom nothing is known wait for their turn, before anything is asked for them.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Tokens } from '../known-tokens.ts';
import { isExempt } from './limiting.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Hash of the token that was sent, if it has the form of one. */
    tokenHash: Uint8Array | undefined;
    /** Ends the turn of a stranger; safe to call twice. */
    endTurn: () => void;
  }
}

/** A turn lasts until the caller is known (`endTurn`) or the refusal is on its way. */
export function installTurns(app: FastifyInstance, tokens: Tokens): void {
  app.decorateRequest('tokenHash', undefined).decorateRequest('endTurn', () => undefined);
  app.addHook('onRequest', async (request) => {
    request.tokenHash = readToken(tokens, request);
    if (isExempt(request.routeOptions.config.endpoint)) return;
    request.endTurn = await tokens.takeTurn(request.tokenHash);
  });
  app.addHook('onSend', async (request) => request.endTurn());
}

function readToken(tokens: Tokens, request: FastifyRequest): Uint8Array | undefined {
  const token = /^Bearer ([A-Za-z0-9_.~+/=-]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
  return token !== undefined && tokens.isWellFormed(token) ? tokens.hash(token) : undefined;
}
