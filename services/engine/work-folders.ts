// The folders that steps work in: they hold kubeconfigs and deployments with their secrets, so none may outlive its step.

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findMarkedProcesses, stepKeyOf } from './processes.ts';

/** A step that is under way somewhere, as its lease tells. */
export type HeldStep = { operationId: string; fence: number; resourceId: string };

/** Folders by what they are named after: a step's key, or the cluster that its kubeconfigs are for. */
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
  const dead: string[] = folders.kubeconfigs
    .filter((name) => !resources.has(name))
    .map((name) => join('kubeconfigs', name));
  for (const key of folders.steps.filter((name) => !keys.has(name))) {
    const processes = await findMarkedProcesses((stepKey) => stepKey === key);
    if (processes.length === 0) dead.push(join('steps', key));
  }
  const paths = dead.map((name) => join(workDir, name));
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  return paths;
}

/** Kubeconfigs of one step, as paths. */
export type KubeconfigFiles = { member: string; hub: string; remove(): Promise<void> };

/**
 * Writes the kubeconfigs of one step, at paths that stay the same for the cluster, since the stack's state holds them. A late step must
 * not take them from its successor, so they go only with the step that wrote them last.
 */
export async function writeKubeconfigs(
  workDir: string,
  clusterId: string,
  contents: { member: string; hub: string },
): Promise<KubeconfigFiles> {
  const folder = join(workDir, 'kubeconfigs', clusterId);
  const [member, hub, writer] = [join(folder, 'member.yaml'), join(folder, 'hub.yaml'), join(folder, 'writer')];
  const self = randomUUID();
  const remove = async (): Promise<void> => {
    const last = await readFile(writer, 'utf8').catch(() => self);
    if (last === self) await rm(folder, { recursive: true, force: true });
  };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(writer, self, { mode: 0o600 });
    await writeFile(member, contents.member, { mode: 0o600 });
    await writeFile(hub, contents.hub, { mode: 0o600 });
    return { member, hub, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
