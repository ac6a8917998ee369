// Answers createFederation.

import { FleetyardError } from '../../domain/errors.ts';
import { invalidSpec } from '../../domain/resolve-cluster.ts';
import { type CredentialRow, findCredential } from '../../store/credentials.ts';
import type { BodyOf, Handler } from '../call.ts';
import { type Change, runChange } from '../../changes/change.ts';
import { describeFederationChange } from '../describe-change.ts';
import { createFederationIn } from '../../changes/federation-operations.ts';

/** Makes a federation over a hub that exists: 202 with the operation that checks the hub. */
export const createFederation: Handler<'createFederation'> = async (call) => {
  return runChange(call, async (change) => {
    const { name, engine } = call.body;
    const credential = await getHubCredential(change, call.body);
    const federation = await createFederationIn(change, { name, engine, hubCredential: credential.id });
    const operation = await federation.start(null);
    return { ...(await describeFederationChange(change.tx, { federation: federation.row, operation })), status: 202 };
  });
};

async function getHubCredential({ tx }: Change, { engine, hub }: BodyOf<'createFederation'>): Promise<CredentialRow> {
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
