import { listFederations as listStoredFederations } from '../../store/federations.ts';
import { listLatestStates } from '../../store/operations.ts';
import type { Handler } from '../call.ts';
import { describeFederation } from '../describe-resources.ts';
import { describePage, readPage } from '../pages.ts';

/** Lists federations. */
export const listFederations: Handler<'listFederations'> = async ({ query, asProject }) => {
  const page = await asProject(async (tx) => {
    const rows = await listStoredFederations(tx, readPage(query));
    const latest = await listLatestStates(
      tx,
      rows.items.map(({ id }) => id),
    );
    return { ...rows, items: rows.items.map((row) => describeFederation(row, latest)) };
  });
  return describePage('/v1/federations', query, page, (federation) => federation);
};
