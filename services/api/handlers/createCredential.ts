import { describeSimulatedCredential, readRealSecret } from '../../access/account.ts';
import { createCredential as create } from '../../changes/create-credential.ts';
import type { Handler } from '../call.ts';
import { describeCredential } from '../describe-access.ts';

const accounts = { readSecret: readRealSecret, describeSimulated: describeSimulatedCredential };

/** Stores a real credential sealed, or makes a simulated one with an account of its own. */
export const createCredential: Handler<'createCredential'> = ({ asChange, body }) =>
  asChange(async (change) => {
    const row = await create(change, body, accounts);
    return { status: 201, headers: { location: `/v1/credentials/${row.id}` }, body: describeCredential(row) };
  });
