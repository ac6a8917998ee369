// Changes how the operations of a project run: pausing them, and how many may be at work at once.

import type { Schemas } from '../contract/schemas.ts';
import { FleetyardError } from '../domain/errors.ts';
import { changeProject as storeChange, getProject, type ProjectRow } from '../store/projects.ts';
import type { Change } from './change.ts';
import { hasRole } from './roles.ts';

/**
 * Stores the change of the project that is named; throws `not-found`, also for somebody else's, and `forbidden` for a limit that its
 * own administrator sets: what a project may take is for whoever shares the installation out.
 */
export async function changeProject(
  { tx, actor }: Change,
  { idOrName, change }: { idOrName: string; change: Schemas['ProjectPatch'] },
): Promise<ProjectRow> {
  const project = await getProject(tx, idOrName);
  const platform = hasRole(actor.role, 'platform-admin');
  if (!platform && actor.projectId !== project.id) {
    throw new FleetyardError('not-found', `There is no project "${idOrName}".`);
  }
  if (change.runningLimit !== undefined && !platform) {
    const message = 'Only a platform-admin sets how many operations of a project may run at once.';
    const details = [{ pointer: '/runningLimit', message, code: 'forbidden' }];
    throw new FleetyardError('forbidden', message, { details });
  }
  return storeChange(tx, project.id, change);
}
