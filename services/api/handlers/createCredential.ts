// Answers createCredential.

import { randomBytes } from 'node:crypto';
import { describeRealAccount, describeSimulatedCredential } from '../../access/account.ts';
import { FleetyardError } from '../../domain/errors.ts';
import { newId } from '../../domain/ids.ts';
import { createCredential as storeCredential } from '../../store/credentials.ts';
import type { BodyOf, Handler } from '../call.ts';
import { describeCredential } from '../describe-access.ts';

/** Stores a real credential sealed, or makes a simulated one with an account of its own. */
export const createCredential: Handler<'createCredential'> = async ({ body, asProject }) => {
  checkCredential(body);
  const { name, provider } = body;
  const id = newId('cr');
  const secret = body.simulated === true ? { token: randomBytes(24).toString('base64url') } : (body.secret ?? {});
  const attributes =
    body.simulated === true ? describeSimulatedCredential(provider, id) : describeRealAccount(provider, secret);
  const row = await asProject((tx) =>
    storeCredential(tx, { id, name, provider, simulated: body.simulated === true, attributes, secret }),
  );
  return { status: 201, headers: { location: `/v1/credentials/${row.id}` }, body: describeCredential(row) };
};

function checkCredential(body: BodyOf<'createCredential'>): void {
  if (body.provider === 'ssh') {
    const message = 'Not built yet: credentials of hosts.';
    throw new FleetyardError('not-built-yet', message, {
      details: [{ pointer: '/provider', message, code: 'not-built-yet' }],
    });
  }
  if (body.simulated === true && body.secret !== undefined) {
    const message = 'A simulated credential has no secret of yours.';
    throw new FleetyardError('validation', message, {
      details: [{ pointer: '/secret', message, code: 'not-allowed' }],
    });
  }
}
