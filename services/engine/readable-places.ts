// Places that a runner's user can reach: a path that lies behind a closed folder gets another one of the same meaning.

import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const shared = '/var/lib/fleetyard';

/** Whether everybody may enter every folder on the way. Folders that are not there yet count as those that will be made. */
async function isReachable(directory: string): Promise<boolean> {
  for (let path = directory; ; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && (found.mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** The folder itself, made so that one may pass through it and see nothing; or the same elsewhere, when one can't get there. */
export async function openPassage(directory: string): Promise<string> {
  const place = (await isReachable(dirname(directory))) ? directory : join(shared, nameAfter(directory));
  await mkdir(place, { recursive: true, mode: 0o711 });
  return place;
}

/** The program itself, or a link or copy of it where everybody may run it. */
export async function placeProgram(program: string): Promise<string> {
  if (await isReachable(dirname(program))) return program;
  const { size, mtimeMs } = await stat(program);
  const folder = join(shared, nameAfter(`${program} ${size} ${mtimeMs}`), 'bin');
  const placed = join(folder, basename(program));
  if ((await stat(placed).catch(() => undefined))?.size === size) return placed;
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const draft = `${placed}.${process.pid}`;
  await rm(draft, { force: true });
  // A link costs nothing; another file system takes none.
  await link(program, draft).catch(() => copyFile(program, draft));
  await rename(draft, placed);
  return placed;
}

function nameAfter(text: string): string {
  return `${basename(text.split(' ')[0] ?? '')}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
