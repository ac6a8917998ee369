import { listFleets as listStoredFleets } from '../../store/fleets.ts';
import type { Handler } from '../call.ts';
import { describePage, readList } from '../pages.ts';
import { showFleet } from '../read-resources.ts';

/** Lists fleets with their members. */
export const listFleets: Handler<'listFleets'> = async ({ query, asProject }) => {
  const { phase } = query;
  const list = readList(query);
  const page = await asProject(async (tx) => {
    const rows = await listStoredFleets(tx, { ...list, ...(phase === undefined ? {} : { phase }) });
    const items = [];
    for (const row of rows.items) items.push(await showFleet(tx, row));
    return { ...rows, items };
  });
  return describePage('/v1/fleets', query, page, (fleet) => fleet);
};
