// Projects: the tenants. Only the system makes them.

import { idPrefixes, isId, newId } from '../domain/ids.ts';
import { FleetyardError } from '../domain/errors.ts';
import { claimName } from './database-errors.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from './pages.ts';
import { columns, only, type Query, type Tx } from './transaction.ts';

/** A project as stored. */
export type ProjectRow = {
  id: string;
  name: string;
  /** Since when nothing of it begins. */
  pausedAt: Date | null;
  /** Operations at work at once; null means as many as the installation allows to each. */
  runningLimit: number | null;
  createdAt: Date;
};

const projectColumns = ['id', 'name', 'pausedAt', 'runningLimit', 'createdAt'] as const satisfies (keyof ProjectRow)[];

/** Makes a project; throws `name-taken`. */
export async function createProject(tx: Tx, project: { name: string }): Promise<ProjectRow> {
  const id = newId(idPrefixes.project);
  const rows = await claimName(
    'projects_name_key',
    'project',
    project.name,
    () =>
      tx.sql<ProjectRow[]>`
      insert into projects (id, name) values (${id}, ${project.name}) returning ${columns(tx, projectColumns)}
    `,
  );
  return only(rows);
}

/** Finds a project by id or name; a project's own unit of work sees only itself. */
export async function findProject(tx: Tx, idOrName: string): Promise<ProjectRow | undefined> {
  const key = isId(idOrName, 'pr') ? tx.sql`id` : tx.sql`name`;
  const [row] = await tx.sql<ProjectRow[]>`
    select ${columns(tx, projectColumns)} from projects where ${key} = ${idOrName}
  `;
  return row;
}

/** The projects of ids or names, by what was asked for; names do not look like ids. */
export async function findProjectsNamed(sql: Query, names: readonly string[]): Promise<Map<string, ProjectRow>> {
  const rows = await sql<(ProjectRow & { asked: string })[]>`
    select ${sql(projectColumns as unknown as string[])}, asked
    from jsonb_array_elements_text(${sql.json([...names])}) as list (asked)
    join projects on id = asked or name = asked
  `;
  return new Map(rows.map(({ asked, ...row }) => [asked, row]));
}

/** Like `findProject`, but throws `not-found`. */
export async function getProject(tx: Tx, idOrName: string): Promise<ProjectRow> {
  const row = await findProject(tx, idOrName);
  if (row === undefined) throw new FleetyardError('not-found', `There is no project "${idOrName}".`);
  return row;
}

/** What may be changed of a project; what is not said stays. */
export type ProjectChange = { paused?: boolean; runningLimit?: number | null };

/** Changes how a project's operations run. One that is paused stays so since when it was. */
export async function changeProject(tx: Tx, id: string, { paused, runningLimit }: ProjectChange): Promise<ProjectRow> {
  const rows = await tx.sql<ProjectRow[]>`
    update projects set
      paused_at = ${paused === undefined ? tx.sql`paused_at` : paused ? tx.sql`coalesce(paused_at, now())` : null},
      running_limit = ${runningLimit === undefined ? tx.sql`running_limit` : runningLimit}
    where id = ${id} returning ${columns(tx, projectColumns)}
  `;
  return only(rows);
}

/** Lists projects. */
export async function listProjects(tx: Tx, { limit, cursor }: PageRequest): Promise<Page<ProjectRow>> {
  const after = cursor === undefined ? tx.sql`` : tx.sql`where id > ${decodeCursor(cursor)}`;
  const rows = await tx.sql<ProjectRow[]>`
    select ${columns(tx, projectColumns)} from projects ${after} order by id limit ${limit + 1}
  `;
  return toPage(rows, limit);
}
