import { revokeToken as revoke } from '../../changes/revoke-token.ts';
import type { Handler } from '../call.ts';

/** Revokes a token of the project, or one of a platform administrator when no project is named. */
export const revokeToken: Handler<'revokeToken'> = ({ projectId, asChange, asSystemChange, path, query }) => {
  const run = projectId === null ? asSystemChange : asChange;
  return run(async (change) => {
    await revoke(change, { idOrName: path.token, cascade: query.cascade });
    return { status: 204 };
  });
};
