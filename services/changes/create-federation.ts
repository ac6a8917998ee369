// Makes a federation over a hub that exists.

import type { Schemas } from '../contract/schemas.ts';
import { findHubFault } from '../domain/clouds.ts';
import { invalidSpec } from '../domain/resolve-cluster.ts';
import { findUnbuiltFederationFields } from '../domain/unbuilt-fields.ts';
import { type CredentialRow, holdCredentials } from '../store/credentials.ts';
import type { Change } from './change.ts';
import { type FederationOutcome, storeFederation } from './federation-operations.ts';
import { startFederationOperation } from './start-operation.ts';

type Request = Schemas['FederationRequest'];

const refusal = 'The federation cannot be made as asked.';

/** Stores the federation and starts what checks its hub. */
export async function createFederation(change: Change, request: Request): Promise<FederationOutcome> {
  const { name, engine } = request;
  const credential = await getHubCredential(change, request);
  const federation = await storeFederation(change, { name, engine, hubCredential: credential.id });
  const operation = await startFederationOperation(change, federation, { kind: 'create', parentId: null });
  return { federation, operation };
}

async function getHubCredential({ tx }: Change, request: Request): Promise<CredentialRow> {
  const named = request.hub.credential ?? '';
  const unbuilt = findUnbuiltFederationFields(request);
  if (unbuilt.length > 0) throw invalidSpec(refusal, unbuilt);
  const pointer = '/hub/credential';
  const [credential] = await holdCredentials(tx, [named]);
  if (credential === undefined) {
    const message = `There is no credential ${named}.`;
    throw invalidSpec(refusal, [{ pointer, message, code: 'unknown-credential' }]);
  }
  const message = findHubFault({ name: credential.name, cloud: credential.provider });
  if (message !== undefined) throw invalidSpec(refusal, [{ pointer, message, code: 'credential-mismatch' }]);
  return credential;
}
