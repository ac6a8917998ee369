import { listCredentials as listStoredCredentials } from '../../store/credentials.ts';
import type { Handler } from '../call.ts';
import { describeCredential } from '../describe-access.ts';
import { describePage, readPage } from '../pages.ts';

/** Lists credentials, without their secrets. */
export const listCredentials: Handler<'listCredentials'> = async ({ query, asProject }) => {
  const rows = await asProject((tx) => listStoredCredentials(tx, readPage(query)));
  return describePage('/v1/credentials', query, rows, describeCredential);
};
