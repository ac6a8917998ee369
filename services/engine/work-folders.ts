// The folders that steps work in: they hold kubeconfigs and deployments with their secrets, so none may outlive its step.

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findMarkedProcesses, stepKeyOf } from './processes.ts';

/** A step that is under way somewhere, as its lease tells. */
export type HeldStep = { operationId: string; fence: number; resourceId: string };

/**
 * Folders by what they are named after: a step's key, or its kubeconfigs' cluster and, after an @ each, operation and fence; and the
 * numbers of users that steps have taken, each with the key of its step.
 */
export type WorkFolders = { steps: string[]; kubeconfigs: string[]; users: { uid: string; stepKey: string }[] };

async function listNames(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Lists what lies there. To be done before the leases are read: whoever makes a folder holds a lease already. */
export async function listWorkFolders(workDir: string): Promise<WorkFolders> {
  const [steps, kubeconfigs, uids] = await Promise.all([
    listNames(join(workDir, 'steps')),
    listNames(join(workDir, 'kubeconfigs')),
    listNames(join(workDir, 'users')),
  ]);
  const users = await Promise.all(uids.map((uid) => readTaker(workDir, uid)));
  return { steps, kubeconfigs, users: users.filter((user) => user !== undefined) };
}

/** Undefined for a number that was given back in between, or is being taken just now. */
async function readTaker(workDir: string, uid: string): Promise<WorkFolders['users'][number] | undefined> {
  const stepKey = await readFile(join(workDir, 'users', uid), 'utf8').catch(() => '');
  return stepKey === '' ? undefined : { uid, stepKey };
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
  const isDead = async (key: string): Promise<boolean> =>
    !keys.has(key) && (await findMarkedProcesses((stepKey) => stepKey === key)).length === 0;
  for (const key of folders.steps) if (await isDead(key)) dead.push(join('steps', key));
  for (const { uid, stepKey } of folders.users) {
    // Another step may have taken the number since it was listed.
    if ((await isDead(stepKey)) && (await readTaker(workDir, uid))?.stepKey === stepKey) dead.push(join('users', uid));
  }
  const paths = dead.map((name) => join(workDir, name));
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  return paths;
}
