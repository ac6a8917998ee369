import { listOperations as listStoredOperations } from '../../store/operations.ts';
import type { Handler } from '../call.ts';
import { describePage, readPage } from '../pages.ts';
import { showOperations } from '../read-resources.ts';

/** Lists operations, the newest first. */
export const listOperations: Handler<'listOperations'> = async ({ query, asProject }) => {
  const { resource, parent, state } = query;
  const page = await asProject(async (tx) => {
    const rows = await listStoredOperations(tx, {
      ...readPage(query),
      order: 'desc',
      ...(resource === undefined ? {} : { resourceId: resource }),
      ...(parent === undefined ? {} : { parentId: parent }),
      ...(state === undefined ? {} : { states: [state] }),
    });
    return { ...rows, items: await showOperations(tx, rows.items) };
  });
  return describePage('/v1/operations', query, page, (operation) => operation);
};
