// Answers createProject.

import { createProject as storeProject } from '../../store/projects.ts';
import type { Handler } from '../call.ts';
import { describeProject } from '../describe-access.ts';

/** Makes a project. */
export const createProject: Handler<'createProject'> = async ({ parts, body }) => {
  const project = await parts.store.asSystem((tx) => storeProject(tx, { name: body.name }));
  return { status: 201, headers: { location: `/v1/projects/${project.id}` }, body: describeProject(project) };
};
