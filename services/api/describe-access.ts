// How projects, tokens, credentials and address spaces are shown.

import type { Schemas } from '../contract/schemas.ts';
import type { AddressSpaceRow } from '../store/address-spaces.ts';
import type { CredentialRow } from '../store/credentials.ts';
import type { ProjectRow } from '../store/projects.ts';
import type { TokenRow } from '../store/tokens.ts';
import { readStoredControlPlanes } from '../domain/simulated-account.ts';

/** A project. */
export function describeProject({ id, name, pausedAt, runningLimit, createdAt }: ProjectRow): Schemas['Project'] {
  return { id, name, pausedAt: pausedAt?.toISOString() ?? null, runningLimit, createdAt: createdAt.toISOString() };
}

/** A token, without its secret. */
export function describeToken({
  id,
  name,
  role,
  projectId,
  madeBy,
  createdAt,
  expiresAt,
  revokedAt,
}: TokenRow): Schemas['Token'] {
  return {
    id,
    name,
    role,
    project: projectId,
    madeBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}

/** A credential, without its secret. */
export function describeCredential({
  id,
  name,
  provider,
  simulated,
  attributes: { controlPlanes, ...attributes },
  createdAt,
}: CredentialRow): Schemas['Credential'] {
  return {
    id,
    name,
    provider,
    simulated,
    controlPlanes: simulated ? readStoredControlPlanes(controlPlanes) : null,
    attributes,
    createdAt: createdAt.toISOString(),
  };
}

/** An address space. */
export function describeAddressSpace({ id, name, pools, createdAt }: AddressSpaceRow): Schemas['AddressSpace'] {
  return { id, name, pools, createdAt: createdAt.toISOString() };
}
