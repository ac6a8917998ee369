import { changeProject as change } from '../../changes/change-project.ts';
import type { Handler } from '../call.ts';
import { describeProject } from '../describe-access.ts';

/** Pauses or resumes a project, or limits how much of it runs at once. */
export const changeProject: Handler<'changeProject'> = ({ asSystemChange, path, body }) =>
  asSystemChange(async (unit) => ({
    status: 200,
    body: describeProject(await change(unit, { idOrName: path.project, change: body })),
  }));
