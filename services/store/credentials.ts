// Credentials: a public part that anyone in the project may see, and a sealed secret.

import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, isId, newId } from '../domain/ids.ts';
import { cancel, listDependents } from '../domain/ways-out.ts';
import { claimName } from './database-errors.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from './pages.ts';
import { columns, getProjectId, json, only, type Tx } from './transaction.ts';
import { isUnsettled } from './unsettled.ts';
import type { Cloud } from '../domain/clouds.ts';

/** A credential as stored, without its secret. */
export type CredentialRow = {
  id: string;
  projectId: string;
  name: string;
  provider: Cloud;
  simulated: boolean;
  /** Public facts: `accountId`, `subscriptionId`, `tenantId`, `project`, `region` … */
  attributes: Record<string, string>;
  createdAt: Date;
  deletedAt: Date | null;
};

/** A credential to be stored. The id may be made before, because a simulated account is named by it. */
export type NewCredential = {
  id?: string;
  name: string;
  provider: Cloud;
  simulated: boolean;
  attributes: Record<string, string>;
  /** Sealed as JSON; never returned by anything but `getCredentialSecret`. */
  secret: Record<string, unknown>;
};

const credentialColumns = [
  'id',
  'projectId',
  'name',
  'provider',
  'simulated',
  'attributes',
  'createdAt',
  'deletedAt',
] as const satisfies (keyof CredentialRow)[];

/** What a credential's secret is sealed for. */
export const secretContext = (id: string): string => `credentials/${id}`;

/** Stores a credential; throws `name-taken`. */
export async function createCredential(tx: Tx, credential: NewCredential): Promise<CredentialRow> {
  const id = credential.id ?? newId(idPrefixes.credential);
  const sealed = tx.vault.seal(JSON.stringify(credential.secret), secretContext(id));
  const rows = await claimName(
    'credentials_name_key',
    'credential',
    credential.name,
    () =>
      tx.sql<CredentialRow[]>`
      insert into credentials (id, project_id, name, provider, simulated, attributes, secret_enc)
      values (${id}, ${getProjectId(tx)}, ${credential.name}, ${credential.provider}, ${credential.simulated},
        ${json(tx, credential.attributes)}, ${sealed})
      returning ${columns(tx, credentialColumns)}
    `,
  );
  return only(rows);
}

/** Finds a live credential by id or name. */
export async function findCredential(tx: Tx, idOrName: string): Promise<CredentialRow | undefined> {
  const key = isId(idOrName, 'cr') ? tx.sql`id` : tx.sql`name`;
  const [row] = await tx.sql<CredentialRow[]>`
    select ${columns(tx, credentialColumns)} from credentials where ${key} = ${idOrName} and deleted_at is null
  `;
  return row;
}

/** Like `findCredential`, but throws `not-found`. */
export async function getCredential(tx: Tx, idOrName: string): Promise<CredentialRow> {
  const row = await findCredential(tx, idOrName);
  if (row === undefined) throw new FleetyardError('not-found', `There is no credential "${idOrName}".`);
  return row;
}

/** What a credential is called, or was. */
export async function findCredentialName(tx: Tx, id: string): Promise<string | undefined> {
  const [row] = await tx.sql<{ name: string }[]>`select name from credentials where id = ${id}`;
  return row?.name;
}

/** Opens the secret of a credential; a deleted one has none any more. */
export async function getCredentialSecret(tx: Tx, id: string): Promise<Record<string, unknown>> {
  const [row] = await tx.sql<{ secretEnc: Buffer | null }[]>`select secret_enc from credentials where id = ${id}`;
  if (row === undefined || row.secretEnc === null)
    throw new FleetyardError('not-found', `There is no credential "${id}".`);
  return JSON.parse(tx.vault.open(row.secretEnc, secretContext(id)).toString('utf8')) as Record<string, unknown>;
}

/** Lists live credentials. */
export async function listCredentials(
  tx: Tx,
  { limit, cursor, provider }: PageRequest & { provider?: Cloud },
): Promise<Page<CredentialRow>> {
  const after = cursor === undefined ? tx.sql`` : tx.sql`and id > ${decodeCursor(cursor)}`;
  const ofProvider = provider === undefined ? tx.sql`` : tx.sql`and provider = ${provider}`;
  const rows = await tx.sql<CredentialRow[]>`
    select ${columns(tx, credentialColumns)} from credentials
    where deleted_at is null ${ofProvider} ${after}
    order by id limit ${limit + 1}
  `;
  return toPage(rows, limit);
}

/** Finds live credentials by ids and names for somebody who is about to stand on them: none is deleted before the unit of work ends. */
export async function holdCredentials(tx: Tx, idsOrNames: readonly string[]): Promise<CredentialRow[]> {
  if (idsOrNames.length === 0) return [];
  const words = idsOrNames as string[];
  return tx.sql<CredentialRow[]>`
    select ${columns(tx, credentialColumns)} from credentials
    where project_id = ${getProjectId(tx)} and deleted_at is null
      and (id = any(${words}::text[]) or name = any(${words}::text[]))
    order by id for key share
  `;
}

/**
 * Deletes a credential by id or name, and its secret for good; throws `in-use` while a live cluster or federation needs it, or an operation
 * that is not over. What a cluster is taken down with is used before its tombstone is written.
 */
export async function deleteCredential(tx: Tx, idOrName: string): Promise<CredentialRow> {
  const { id, name } = await getCredential(tx, idOrName);
  // Whoever is about to stand on it holds a key-share lock, so that none slips in between the look and the deletion.
  await tx.sql`select 1 from credentials where id = ${id} for update`;
  const users = await tx.sql<{ kind: 'cluster' | 'federation' | 'operation'; id: string; name: string }[]>`
    select 'cluster' as kind, id, name from clusters where credential_id = ${id} and deleted_at is null
    union all
    select 'federation', id, name from federations where hub_credential_id = ${id} and deleted_at is null
    union all
    select 'operation', id, id from operations where credential_id = ${id} and ${isUnsettled(tx)}
    order by name limit 5
  `;
  if (users.length > 0) {
    const names = users.map((user) => `"${user.name}"`).join(', ');
    throw new FleetyardError('in-use', `The credential "${name}" is needed by ${names}.`, {
      wayOut: users.flatMap(({ kind, ...user }) =>
        kind === 'operation' ? [cancel(user)] : listDependents([{ kind, ...user }]),
      ),
    });
  }
  return only(
    await tx.sql<CredentialRow[]>`
      update credentials set deleted_at = now(), secret_enc = null where id = ${id} returning ${columns(tx, credentialColumns)}
    `,
  );
}
