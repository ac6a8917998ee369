// Folders whose path stays the same from step to step, while what lies in them belongs to one claim of an operation.

import { randomBytes } from 'node:crypto';
import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetyardError } from '../../domain/errors.ts';
import type { Lease } from '../../store/leases.ts';

/** A folder that a claim has. */
export type StepFolder = {
  /** The same for every claim. */
  folder: string;
  /** Where the claim writes: never through the link, which may be a successor's by then. */
  own: string;
  /** Removes what this claim put there, and nothing of a later one; the link too when the lease is `held`, for then there is no later one. */
  remove(held: boolean): Promise<void>;
};

/**
 * Makes the folder `name` under `root` and gives it to a claim. It is a link to a folder of the claim's own, so that a late worker can neither
 * remove nor replace what its successor reads. Throws `lease-lost` when a later claim has it.
 */
export async function takeFolder(root: string, name: string, claim: Lease): Promise<StepFolder> {
  const folder = join(root, name);
  const target = `${name}@${claim.operationId}@${claim.fence}`;
  const own = join(root, target);
  const remove = async (held: boolean): Promise<void> => {
    await rm(own, { recursive: true, force: true });
    if (held && (await findTarget(folder)) === target) await rm(folder, { force: true });
  };
  await mkdir(own, { recursive: true, mode: 0o700 });
  const holder = await findTarget(folder);
  if (holder !== undefined && isLater(readClaim(holder), claim)) {
    await remove(false);
    throw new FleetyardError('lease-lost', `Operation "${claim.operationId}" was taken over.`);
  }
  const draft = join(root, `${target}@${randomBytes(4).toString('hex')}`);
  await symlink(target, draft);
  // Renaming replaces the link in one step: whoever reads it meanwhile finds the one or the other.
  await rename(draft, folder);
  return { folder, own, remove };
}

async function findTarget(folder: string): Promise<string | undefined> {
  try {
    return await readlink(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code !== 'EINVAL') throw error;
    // Until now it was a folder.
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
}

function readClaim(target: string): Lease {
  const [, operationId = '', fence = '0'] = target.split('@');
  return { operationId, fence: Number(fence) };
}

/** Ids of operations grow with time, and operations of one resource run in their order. */
function isLater(a: Lease, b: Lease): boolean {
  return a.operationId === b.operationId ? a.fence > b.fence : a.operationId > b.operationId;
}
