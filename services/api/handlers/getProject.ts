import { getProject as getStoredProject } from '../../store/projects.ts';
import type { Handler } from '../call.ts';
import { describeProject } from '../describe-access.ts';

/** Reads a project. */
export const getProject: Handler<'getProject'> = async ({ parts, caller, path }) => {
  const work = (tx: Parameters<typeof getStoredProject>[0]) => getStoredProject(tx, path.project);
  const { store } = parts;
  const row = await (caller.projectId === null ? store.asSystem(work) : store.asProject(caller.projectId, work));
  return { status: 200, body: describeProject(row) };
};
