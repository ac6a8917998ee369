// Answers revokeToken.

import { revokeToken as revokeStoredToken } from '../../store/tokens.ts';
import type { Handler } from '../call.ts';

/** Revokes a token of the project, or one of a platform administrator when no project is named. */
export const revokeToken: Handler<'revokeToken'> = async ({ parts, projectId, path }) => {
  const work = (tx: Parameters<typeof revokeStoredToken>[0]) => revokeStoredToken(tx, path.token);
  await (projectId === null ? parts.store.asSystem(work) : parts.store.asProject(projectId, work));
  return { status: 204 };
};
