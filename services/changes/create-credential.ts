// Stores a real credential sealed, or makes a simulated one with an account of its own.

import type { Schemas } from '../contract/schemas.ts';
import { findUnbuiltCloud } from '../domain/clouds.ts';
import { FleetyardError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { createSimulatedToken, DEFAULT_CONTROL_PLANES } from '../domain/simulated-account.ts';
import { createCredential as storeCredential, type CredentialRow } from '../store/credentials.ts';
import type { Change } from './change.ts';
import type { Cloud } from '../domain/clouds.ts';

type Request = Schemas['CredentialRequest'];

/** What may be known of the accounts behind credentials; the process hands in what knows the clouds. */
export type Accounts = {
  describeSimulated(cloud: Cloud, id: string): Record<string, string>;
  /** Parses a secret and writes it anew; refuses one that is not of the cloud's. */
  readSecret(
    cloud: Cloud,
    secret: Record<string, unknown>,
  ): { attributes: Record<string, string>; secret: Record<string, string> };
};

/** Stores the credential; whether it is real or simulated is fixed for ever. */
export async function createCredential({ tx }: Change, request: Request, accounts: Accounts): Promise<CredentialRow> {
  checkRequest(request);
  const { name, provider } = request;
  const id = newId('cr');
  if (request.simulated === true) {
    const { controlPlanes = DEFAULT_CONTROL_PLANES } = request;
    const secret = { token: createSimulatedToken(controlPlanes) };
    const attributes = { ...accounts.describeSimulated(provider, id), controlPlanes };
    return storeCredential(tx, { id, name, provider, simulated: true, attributes, secret });
  }
  // What was sent goes no further: only what was understood is stored.
  const { attributes, secret } = accounts.readSecret(provider, request.secret ?? {});
  return storeCredential(tx, { id, name, provider, simulated: false, attributes, secret });
}

function checkRequest(request: Request): void {
  const unbuilt = findUnbuiltCloud(request.provider);
  if (unbuilt !== undefined) {
    const message = `Not built yet: ${unbuilt}.`;
    throw new FleetyardError('not-built-yet', message, {
      details: [{ pointer: '/provider', message, code: 'not-built-yet' }],
    });
  }
  if (request.simulated === true && request.secret !== undefined) {
    const message = 'A simulated credential has no secret of yours.';
    throw new FleetyardError('validation', message, {
      details: [{ pointer: '/secret', message, code: 'not-allowed' }],
    });
  }
  if (request.simulated !== true && request.controlPlanes !== undefined) {
    const message = 'Only of a simulated account may be said what its clusters stand on.';
    throw new FleetyardError('validation', message, {
      details: [{ pointer: '/controlPlanes', message, code: 'not-allowed' }],
    });
  }
}
