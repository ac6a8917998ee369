// Access tokens: only their hashes are kept.

import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, newId } from '../domain/ids.ts';
import { claimName } from './database-errors.ts';
import { deleteAnswersTo } from './idempotency.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from './pages.ts';
import { withSystemRole } from './system-role.ts';
import { columns, only, type Query, type Tx } from './transaction.ts';

/** What a token may do. */
export type TokenRole = 'viewer' | 'operator' | 'admin' | 'platform-admin';

/** A token as stored, without its hash. `projectId` is null for a platform administrator's. */
export type TokenRow = {
  id: string;
  projectId: string | null;
  name: string;
  role: TokenRole;
  /** The token that made it; null for one that was made on the host. */
  madeBy: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
};

/** A token to be stored; `hash` is the vault's `hashToken` of the text that is shown once. */
export type NewToken = {
  name: string;
  role: TokenRole;
  hash: Uint8Array;
  expiresAt?: Date | null;
  madeBy?: string | null;
};

const tokenColumns = [
  'id',
  'projectId',
  'name',
  'role',
  'madeBy',
  'createdAt',
  'expiresAt',
  'revokedAt',
] as const satisfies (keyof TokenRow)[];

/** Stores a token of the unit's project, or a platform administrator's when the system does it; throws `name-taken`. */
export async function createToken(tx: Tx, token: NewToken): Promise<TokenRow> {
  const { name, role, hash, expiresAt = null, madeBy = null } = token;
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
      insert into tokens (id, project_id, name, role, hash, expires_at, made_by)
      values (${id}, ${tx.projectId}, ${name}, ${role}, ${Buffer.from(hash)}, ${expiresAt}, ${madeBy})
      returning ${columns(tx, tokenColumns)}
    `,
  );
  return only(rows);
}

/** A token, with whether it still opens anything: whoever comes with a dead one is known by it. */
export type KnownTokenRow = TokenRow & { live: boolean };

/** The tokens of hashes in hexadecimal digits, by those digits. Only the system sees all projects'. */
export async function findTokensByHash(sql: Query, hashes: readonly string[]): Promise<Map<string, KnownTokenRow>> {
  const rows = await sql<(KnownTokenRow & { asked: string })[]>`
    select ${sql(tokenColumns as unknown as string[])}, encode(hash, 'hex') as asked,
      ${isLive(sql)} as live
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
      and ${isLive(sql)}
  `;
  return new Set(rows.map(({ id }) => id));
}

/** Holds a live token until the unit of work ends, so that it is not revoked meanwhile; throws `unauthenticated` for any other. */
export async function holdToken(tx: Tx, id: string): Promise<TokenRow> {
  const [row] = await withSystemRole(
    tx,
    () => tx.sql<TokenRow[]>`
      select ${columns(tx, tokenColumns)} from tokens where id = ${id} and ${isLive(tx.sql)} for share
    `,
  );
  if (row === undefined) throw new FleetyardError('unauthenticated', 'The token works no more.');
  return row;
}

/** How many platform administrators' tokens work, besides these; whoever asks is the only one who changes them for now. */
export async function countOtherPlatformAdmins(tx: Tx, ids: readonly string[]): Promise<number> {
  const rows = await tx.sql<{ id: string }[]>`
    select id from tokens where role = 'platform-admin' and ${isLive(tx.sql)} order by id for update
  `;
  return rows.filter(({ id }) => !ids.includes(id)).length;
}

/** The token and everything that was made with it, by itself or by what it made. */
export async function listDescendants(tx: Tx, id: string): Promise<string[]> {
  const rows = await tx.sql<{ id: string }[]>`
    with recursive family (id) as (
      select ${id}::text collate "C"
      union select t.id from tokens t join family f on t.made_by = f.id
    )
    select id from family
  `;
  return rows.map((row) => row.id);
}

/** Lists tokens that were not revoked: the project's, or the platform administrators' for the system; those that one made when it is named. */
export async function listTokens(
  tx: Tx,
  { limit, cursor, madeBy }: PageRequest & { madeBy?: string },
): Promise<Page<TokenRow>> {
  const made = madeBy === undefined ? tx.sql`` : tx.sql`and made_by = ${madeBy}`;
  const after = cursor === undefined ? tx.sql`` : tx.sql`and id > ${decodeCursor(cursor)}`;
  const rows = await tx.sql<TokenRow[]>`
    select ${columns(tx, tokenColumns)} from tokens
    where revoked_at is null and ${madeBy !== undefined && tx.projectId === null ? tx.sql`true` : isOfUnit(tx)} ${made} ${after}
    order by id limit ${limit + 1}
  `;
  return toPage(rows, limit);
}

/** Finds a token that was not revoked by id or name, and holds it; throws `not-found`. */
export async function lockToken(tx: Tx, idOrName: string): Promise<TokenRow> {
  const [row] = await tx.sql<TokenRow[]>`
    select ${columns(tx, tokenColumns)} from tokens
    where (id = ${idOrName} or name = ${idOrName}) and revoked_at is null and ${isOfUnit(tx)}
    for update
  `;
  if (row === undefined) throw new FleetyardError('not-found', `There is no token "${idOrName}".`);
  return row;
}

/** Revokes tokens that were not revoked yet, and forgets the sealed answers that they were given. */
export async function revokeTokens(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.sql`update tokens set revoked_at = now() where id = any(${ids as string[]}) and revoked_at is null`;
  await deleteAnswersTo(tx, ids);
}

function isLive(sql: Query) {
  return sql`revoked_at is null and (expires_at is null or expires_at > now())`;
}

function isOfUnit(tx: Tx) {
  return tx.sql`project_id is not distinct from ${tx.projectId}`;
}
