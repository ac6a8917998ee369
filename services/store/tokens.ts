// Access tokens: only their hashes are kept.

import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, newId } from '../domain/ids.ts';
import { claimName } from './database-errors.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from './pages.ts';
import { columns, only, type Query, type Tx } from './transaction.ts';

/** What a token may do. */
export type TokenRole = 'viewer' | 'operator' | 'admin' | 'platform-admin';

/** A token as stored, without its hash. `projectId` is null for a platform administrator's. */
export type TokenRow = {
  id: string;
  projectId: string | null;
  name: string;
  role: TokenRole;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
};

/** A token to be stored; `hash` is the vault's `hashToken` of the text that is shown once. */
export type NewToken = { name: string; role: TokenRole; hash: Uint8Array; expiresAt?: Date | null };

const tokenColumns = [
  'id',
  'projectId',
  'name',
  'role',
  'createdAt',
  'expiresAt',
  'revokedAt',
] as const satisfies (keyof TokenRow)[];

/** Stores a token of the unit's project, or a platform administrator's when the system does it; throws `name-taken`. */
export async function createToken(tx: Tx, { name, role, hash, expiresAt = null }: NewToken): Promise<TokenRow> {
  if ((role === 'platform-admin') !== (tx.projectId === null)) {
    throw new FleetyardError('internal', 'A platform administrator has no project, and every other role has one.');
  }
  const id = newId(idPrefixes.token);
  const rows = await claimName(
    'tokens_name_key',
    'token',
    name,
    () =>
      tx.sql<TokenRow[]>`
      insert into tokens (id, project_id, name, role, hash, expires_at)
      values (${id}, ${tx.projectId}, ${name}, ${role}, ${Buffer.from(hash)}, ${expiresAt})
      returning ${columns(tx, tokenColumns)}
    `,
  );
  return only(rows);
}

/** A token with whether it still opens anything: whoever comes with a dead one is known by it. */
export type FoundToken = TokenRow & { live: boolean };

/** The tokens of hashes in hexadecimal digits, by those digits. Only the system sees all projects'. */
export async function findTokensByHash(sql: Query, hashes: readonly string[]): Promise<Map<string, FoundToken>> {
  const rows = await sql<(FoundToken & { asked: string })[]>`
    select ${sql(tokenColumns as unknown as string[])}, encode(hash, 'hex') as asked,
      revoked_at is null and (expires_at is null or expires_at > now()) as live
    from tokens
    where hash in (select decode(asked, 'hex') from jsonb_array_elements_text(${sql.json([...hashes])}) as list (asked))
  `;
  return new Map(rows.map(({ asked, ...row }) => [asked, row]));
}

/** Which of these tokens are neither revoked nor expired. */
export async function findLiveTokens(sql: Query, ids: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    select id from tokens
    where id in (select asked from jsonb_array_elements_text(${sql.json([...ids])}) as list (asked))
      and revoked_at is null and (expires_at is null or expires_at > now())
  `;
  return new Set(rows.map(({ id }) => id));
}

/** Lists tokens that were not revoked: the project's, or the platform administrators' for the system. */
export async function listTokens(tx: Tx, { limit, cursor }: PageRequest): Promise<Page<TokenRow>> {
  const after = cursor === undefined ? tx.sql`` : tx.sql`and id > ${decodeCursor(cursor)}`;
  const rows = await tx.sql<TokenRow[]>`
    select ${columns(tx, tokenColumns)} from tokens
    where revoked_at is null and project_id is not distinct from ${tx.projectId} ${after}
    order by id limit ${limit + 1}
  `;
  return toPage(rows, limit);
}

/** Revokes a token by id or by the name of a live one; throws `not-found` when there is none left to revoke. */
export async function revokeToken(tx: Tx, idOrName: string): Promise<TokenRow> {
  const [row] = await tx.sql<TokenRow[]>`
    update tokens set revoked_at = now()
    where (id = ${idOrName} or name = ${idOrName}) and revoked_at is null
      and project_id is not distinct from ${tx.projectId}
    returning ${columns(tx, tokenColumns)}
  `;
  if (row === undefined) throw new FleetyardError('not-found', `There is no token "${idOrName}".`);
  return row;
}
