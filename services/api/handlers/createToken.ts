// Answers createToken.

import { FleetyardError } from '../../domain/errors.ts';
import { createToken as storeToken } from '../../store/tokens.ts';
import type { Handler } from '../call.ts';
import { describeToken } from '../describe-access.ts';
import { addDuration } from '../durations.ts';
import { hasRole } from '../plugins/authentication.ts';

/** Makes a token and shows its secret, this once. */
export const createToken: Handler<'createToken'> = async ({ parts, caller, body, asProject }) => {
  const { name, role, ttl } = body;
  if (!hasRole(caller.role, role)) {
    const message = `A token of the role ${caller.role} cannot make one of the role ${role}.`;
    throw new FleetyardError('forbidden', message, { details: [{ pointer: '/role', message, code: 'forbidden' }] });
  }
  const secret = parts.tokens.create();
  const expiresAt = ttl === undefined ? null : addDuration(parts.clock(), ttl);
  const work = (tx: Parameters<typeof storeToken>[0]) =>
    storeToken(tx, { name, role, hash: parts.tokens.hash(secret), expiresAt });
  const token = await (role === 'platform-admin' ? parts.store.asSystem(work) : asProject(work));
  return {
    status: 201,
    headers: { location: `/v1/tokens/${token.id}` },
    body: { token: describeToken(token), secret },
  };
};
