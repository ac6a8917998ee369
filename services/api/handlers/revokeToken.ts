import { revokeToken as revoke } from '../../changes/revoke-token.ts';
import type { Handler } from '../call.ts';

/** Revokes a token of the project, or one of a platform administrator when no project is named. */
export const revokeToken: Handler<'revokeToken'> = (call) => {
  const { projectId, asChange, asSystemChange, path, query, noteSubject } = call;
  const run = projectId === null ? asSystemChange : asChange;
  return run(async (change) => {
    noteSubject(await revoke(change, { idOrName: path.token, cascade: query.cascade }));
    return { status: 204 };
  });
};
