import { listProjects as listStoredProjects } from '../../store/projects.ts';
import type { Handler } from '../call.ts';
import { describeProject } from '../describe-access.ts';
import { describePage, readPage } from '../pages.ts';

/** Lists every project for a platform administrator, and its own for a project's token. */
export const listProjects: Handler<'listProjects'> = async ({ parts, caller, query }) => {
  const { store } = parts;
  const page = readPage(query);
  const work = (tx: Parameters<typeof listStoredProjects>[0]) => listStoredProjects(tx, page);
  const rows = await (caller.projectId === null ? store.asSystem(work) : store.asProject(caller.projectId, work));
  return describePage('/v1/projects', query, rows, describeProject);
};
