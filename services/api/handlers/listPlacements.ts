import { findFederation } from '../../store/federations.ts';
import { findFleet } from '../../store/fleets.ts';
import { listLatestStates } from '../../store/operations.ts';
import { listPlacements as listStoredPlacements } from '../../store/placements.ts';
import type { Handler } from '../call.ts';
import { describePlacement } from '../describe-placement.ts';
import { describePage, readList } from '../pages.ts';

/** Lists placements. */
export const listPlacements: Handler<'listPlacements'> = async ({ query, asProject }) => {
  const { federation, fleet, phase } = query;
  const list = readList(query);
  const page = await asProject(async (tx) => {
    const federationId = federation === undefined ? undefined : ((await findFederation(tx, federation))?.id ?? '');
    const fleetId = fleet === undefined ? undefined : ((await findFleet(tx, fleet))?.id ?? '');
    const rows = await listStoredPlacements(tx, {
      ...list,
      ...(federationId === undefined ? {} : { federationId }),
      ...(fleetId === undefined ? {} : { fleetId }),
      ...(phase === undefined ? {} : { phase }),
    });
    const latest = await listLatestStates(
      tx,
      rows.items.map(({ id }) => id),
    );
    return { ...rows, items: rows.items.map((row) => describePlacement(row, latest)) };
  });
  return describePage('/v1/placements', query, page, (placement) => placement);
};
