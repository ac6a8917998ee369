import { getCredential as getStoredCredential } from '../../store/credentials.ts';
import type { Handler } from '../call.ts';
import { describeCredential } from '../describe-access.ts';

/** Reads a credential, without its secret. */
export const getCredential: Handler<'getCredential'> = async ({ path, asProject }) => {
  return { status: 200, body: describeCredential(await asProject((tx) => getStoredCredential(tx, path.credential))) };
};
