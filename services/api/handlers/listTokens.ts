import { listTokens as listStoredTokens } from '../../store/tokens.ts';
import type { Handler } from '../call.ts';
import { describeToken } from '../describe-access.ts';
import { describePage, readPage } from '../pages.ts';

/** Lists the project's tokens; a platform administrator who names no project sees those of their own kind. */
export const listTokens: Handler<'listTokens'> = async ({ parts, projectId, query }) => {
  const work = (tx: Parameters<typeof listStoredTokens>[0]) =>
    listStoredTokens(tx, { ...readPage(query), ...(query.madeBy === undefined ? {} : { madeBy: query.madeBy }) });
  const rows = await (projectId === null ? parts.store.asSystem(work) : parts.store.asProject(projectId, work));
  return describePage('/v1/tokens', query, rows, describeToken);
};
