import { createProject as create } from '../../changes/create-project.ts';
import type { Handler } from '../call.ts';
import { describeProject } from '../describe-access.ts';

/** Makes a project. */
export const createProject: Handler<'createProject'> = ({ asSystemChange, body }) =>
  asSystemChange(async (change) => {
    const project = await create(change, body);
    return { status: 201, headers: { location: `/v1/projects/${project.id}` }, body: describeProject(project) };
  });
