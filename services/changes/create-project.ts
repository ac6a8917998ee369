// Makes a project.

import type { Schemas } from '../contract/schemas.ts';
import { createProject as storeProject, type ProjectRow } from '../store/projects.ts';
import type { Change } from './change.ts';

/** Stores the project; throws `name-taken`. */
export function createProject({ tx }: Change, { name }: Schemas['ProjectRequest']): Promise<ProjectRow> {
  return storeProject(tx, { name });
}
