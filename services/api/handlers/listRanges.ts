import { getAddressSpace } from '../../store/address-spaces.ts';
import { listRanges as listStoredRanges } from '../../store/ranges.ts';
import type { Handler } from '../call.ts';

/** Lists every range of an address space that is taken, by whom and for what. */
export const listRanges: Handler<'listRanges'> = async ({ path, asProject }) => {
  const rows = await asProject(async (tx) => {
    const { id } = await getAddressSpace(tx, path.addressSpace);
    return listStoredRanges(tx, id);
  });
  const items = rows.map(({ id, range, role, clusterId }) => ({ id, range, role, cluster: clusterId }));
  return { status: 200, body: { items, nextCursor: null } };
};
