// Whom the processes of a step run as: a user of its own each, who can read neither keys nor the worker nor another step.

import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Numbers of users that nobody else on the host has. */
export type UidRange = { first: number; last: number };

/** The user of one step. */
export type StepUser = {
  uid: number;
  gid: number;
  /** Gives the user what lies at a path, with all in it. */
  own(path: string): Promise<void>;
  /** Ends what the user still runs, and gives the number back. */
  release(): Promise<void>;
};

/** Hands out users. */
export type RunnerUsers = { take(stepKey: string): Promise<StepUser> };

const run = promisify(execFile);

/** Why steps can't have users of their own here; undefined when they can. `paths` are what such a user has to reach. */
export async function findObstacle({ first }: UidRange, paths: readonly string[]): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'only Linux tells whose a process is';
  if (process.getuid?.() !== 0) return 'only root may start processes of other users';
  try {
    const program = `for (const path of process.argv.slice(1)) require('node:fs').accessSync(path);
      process.stdin.once('data', () => process.exit(0)); console.log('here');`;
    const child = run(process.execPath, ['-e', program, ...paths], { uid: first, gid: first, cwd: '/', env: {} });
    const { pid = 0, stdin, stdout } = child.child;
    await Promise.race([new Promise((resolve) => stdout?.once('data', resolve)), child]);
    // Death is proven by what the environment says: who may not read it proves nothing.
    await readFile(`/proc/${pid}/environ`).finally(() => stdin?.end('end'));
    await child;
    return undefined;
  } catch (error) {
    const { stderr = '', message = '' } = error as { stderr?: string; message?: string };
    return /Error: (.*)/.exec(stderr)?.[1] ?? message;
  }
}

/** Opens the range. `workDir` remembers who is taken; `caches` are folders of compiled code that users read and never write. */
export async function openRunnerUsers(options: {
  range: UidRange;
  workDir: string;
  caches: readonly string[];
}): Promise<RunnerUsers> {
  const { range, workDir, caches } = options;
  const taken = join(workDir, 'users');
  await mkdir(taken, { recursive: true, mode: 0o700 });
  return {
    async take(stepKey) {
      const uid = await claimUid(range, { taken, workDir, stepKey });
      await Promise.all(caches.map((cache) => shareCache(cache, uid)));
      return {
        uid,
        gid: uid,
        own: (path) => giveTo(uid, path),
        async release() {
          await killProcessesOf(uid);
          await rm(join(taken, String(uid)), { force: true });
        },
      };
    },
  };
}

/** Claims a number by a file that only one can make, beginning anywhere, so that hosts of one kernel seldom meet. */
async function claimUid(
  { first, last }: UidRange,
  { taken, workDir, stepKey }: { taken: string; workDir: string; stepKey: string },
): Promise<number> {
  const size = last - first + 1;
  const begin = Math.floor(Math.random() * size);
  for (let step = 0; step < size; step += 1) {
    const uid = first + ((begin + step) % size);
    const file = join(taken, String(uid));
    const holder = await readFile(file, 'utf8').catch(() => undefined);
    // The folder of a step goes when it ends, or is swept once it is dead.
    if (holder !== undefined && (await exists(join(workDir, 'steps', holder)))) continue;
    if ((await findProcessesOf(uid)).length > 0) continue;
    if (holder !== undefined) await rm(file, { force: true });
    try {
      await writeFile(file, stepKey, { flag: 'wx', mode: 0o600 });
      return uid;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new Error(`all ${size} users for runners are taken (FLEETYARD_RUNNER_UIDS)`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Node keeps compiled code for each user apart, by the last word of a folder's name; these are the worker's own, to be read. */
async function shareCache(cache: string, uid: number): Promise<void> {
  for (const name of await readdir(cache).catch(() => [])) {
    if (!name.endsWith('-0')) continue;
    const link = join(cache, name.replace(/0$/, String(uid)));
    await symlink(name, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function giveTo(uid: number, path: string): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  // A link is given itself, never what it points at.
  const inside = entries.filter((entry) => !entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
  for (const each of [path, ...inside]) await chown(each, uid, uid);
  await chmod(path, 0o700);
}

async function findProcessesOf(uid: number): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const name of names) {
    const { uid: owner } = await stat(`/proc/${name}`).catch(() => ({ uid: undefined }));
    if (owner === uid) found.push(Number(name));
  }
  return found;
}

/** Rounds of looking and killing before giving up. */
const rounds = 100;
const pauseMilliseconds = 20;

/** Also those that took the marker out of their environment. */
async function killProcessesOf(uid: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const pids = await findProcessesOf(uid);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  throw new Error(`processes of user ${uid} survived SIGKILL`);
}
