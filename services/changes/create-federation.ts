// Makes a federation over a hub that exists.

import type { Schemas } from '../contract/schemas.ts';
import { FleetyardError } from '../domain/errors.ts';
import { invalidSpec } from '../domain/resolve-cluster.ts';
import { type CredentialRow, findCredential } from '../store/credentials.ts';
import type { Change } from './change.ts';
import { type FederationOutcome, storeFederation } from './federation-operations.ts';
import { startFederationOperation } from './start-operation.ts';

type Request = Schemas['FederationRequest'];

/** Stores the federation and starts what checks its hub. */
export async function createFederation(change: Change, request: Request): Promise<FederationOutcome> {
  const { name, engine } = request;
  const credential = await getHubCredential(change, request);
  const federation = await storeFederation(change, { name, engine, hubCredential: credential.id });
  const operation = await startFederationOperation(change, federation, { kind: 'create', parentId: null });
  return { federation, operation };
}

async function getHubCredential({ tx }: Change, { engine, hub }: Request): Promise<CredentialRow> {
  const unbuilt = [
    ...(engine === 'karmada'
      ? []
      : [{ pointer: '/engine', message: `Not built yet: ${engine}.`, code: 'not-built-yet' }]),
    ...(hub.cluster === undefined
      ? []
      : [{ pointer: '/hub/cluster', message: 'Not built yet: a hub on a member.', code: 'not-built-yet' }]),
  ];
  if (unbuilt.length > 0)
    throw new FleetyardError('not-built-yet', 'The federation cannot be made as asked.', { details: unbuilt });
  const named = hub.credential ?? '';
  const credential = await findCredential(tx, named);
  if (credential?.provider === 'kubernetes') return credential;
  const pointer = '/hub/credential';
  const fault =
    credential === undefined
      ? { pointer, message: `There is no credential ${named}.`, code: 'unknown-credential' }
      : {
          pointer,
          message: `A hub needs a credential of kubernetes; ${named} is one of ${credential.provider}.`,
          code: 'credential-mismatch',
        };
  throw invalidSpec('The federation cannot be made as asked.', [fault]);
}
