import { createToken as create } from '../../changes/create-token.ts';
import type { Handler } from '../call.ts';
import { describeToken } from '../describe-access.ts';

/** Makes a token and shows its secret, this once. */
export const createToken: Handler<'createToken'> = ({ parts, asChange, asSystemChange, body }) => {
  const secret = parts.tokens.create();
  const run = body.role === 'platform-admin' ? asSystemChange : asChange;
  return run(async (change) => {
    const token = await create(change, body, parts.tokens.hash(secret));
    const headers = { location: `/v1/tokens/${token.id}` };
    return { status: 201, headers, body: { token: describeToken(token), secret } };
  });
};
