// The folders that steps work in: they hold kubeconfigs and deployments with their secrets, so none may outlive its step.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findMarkedProcesses, stepKeyOf } from './processes.ts';

/** A step that is under way somewhere, as its lease tells. */
export type HeldStep = { operationId: string; fence: number; resourceId: string };

/** Folders by what they are named after: a step's key, or its kubeconfigs' cluster and, after an @ each, operation and fence. */
export type WorkFolders = { steps: string[]; kubeconfigs: string[] };

async function listNames(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Lists what lies there. To be done before the leases are read: whoever makes a folder holds a lease already. */
export async function listWorkFolders(workDir: string): Promise<WorkFolders> {
  const [steps, kubeconfigs] = await Promise.all([
    listNames(join(workDir, 'steps')),
    listNames(join(workDir, 'kubeconfigs')),
  ]);
  return { steps, kubeconfigs };
}

/** Removes the listed folders whose steps are held by no lease and no process of this host, and returns their paths. */
export async function removeDeadFolders(
  workDir: string,
  folders: WorkFolders,
  held: readonly HeldStep[],
): Promise<string[]> {
  const keys = new Set(held.map(({ operationId, fence }) => stepKeyOf(operationId, fence)));
  const resources = new Set(held.map(({ resourceId }) => resourceId));
  const isHeld = (name: string): boolean => {
    const [resource = '', operationId, fence] = name.split('@');
    return operationId === undefined ? resources.has(resource) : keys.has(stepKeyOf(operationId, Number(fence)));
  };
  const dead: string[] = folders.kubeconfigs.filter((name) => !isHeld(name)).map((name) => join('kubeconfigs', name));
  for (const key of folders.steps.filter((name) => !keys.has(name))) {
    const processes = await findMarkedProcesses((stepKey) => stepKey === key);
    if (processes.length === 0) dead.push(join('steps', key));
  }
  const paths = dead.map((name) => join(workDir, name));
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  return paths;
}
