// Removes what steps left in the work directory when their worker died.

import { listWorkFolders, removeDeadFolders } from '../../engine/work-folders.ts';
import { listHeldOperations } from '../../store/held-leases.ts';
import type { WorkerContext } from '../context.ts';

/** One round; without folders it asks nobody. */
export async function sweepWorkFolders({ engine, store, logger }: WorkerContext): Promise<void> {
  const folders = await listWorkFolders(engine.workDir);
  if (folders.steps.length + folders.kubeconfigs.length === 0) return;
  const held = await store.asSystem((tx) => listHeldOperations(tx));
  const removed = await removeDeadFolders(engine.workDir, folders, held);
  if (removed.length > 0) logger.warn({ removed }, 'removed folders of steps that are dead');
}
