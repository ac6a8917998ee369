// Removes what steps left when their worker died: folders in the work directory, and logins to Pulumi's state.

import { listWorkFolders, removeDeadFolders } from '../../engine/work-folders.ts';
import { listHeldOperations } from '../../store/held-leases.ts';
import type { WorkerContext } from '../context.ts';

/** One round; without folders it asks nobody. */
export async function sweepWorkFolders({ engine, store, logger }: WorkerContext): Promise<void> {
  const folders = await listWorkFolders(engine.workDir);
  if (Object.values(folders).every((names) => names.length === 0)) return;
  const held = await store.asSystem((tx) => listHeldOperations(tx));
  const removed = await removeDeadFolders(engine.workDir, folders, held);
  if (removed.length > 0) logger.warn({ removed }, 'removed folders of steps that are dead');
}

/** Revokes the logins of dead leases; a takeover of the same stack does so by itself. */
export async function sweepStateLogins({ engine, logger }: WorkerContext): Promise<void> {
  const revoked = await engine.sweepStates();
  if (revoked.length > 0) logger.warn({ revoked }, 'revoked logins of steps that are dead');
}
