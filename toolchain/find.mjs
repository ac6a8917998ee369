// The process that downloads or builds an outside program: `node find.mjs <program>`, JSON lines on stdout.
// It holds the lock of the cache meanwhile, writes its progress beside the lock for those who wait, and ends, with every
// process it started, when its stdin closes.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { findPresentSet, getSetLock, makeSet } from './kubernetes.mjs';
import { withLock } from './lock.mjs';
import { listProgramSets } from './program-sets.mjs';
import { findPresentPulumi, getPulumiLock, makePulumi } from './pulumi.mjs';
import { findPresentRedis, getRedisLock, makeRedis } from './redis.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

/**
 * @typedef {object} Search
 * @property {(env: NodeJS.ProcessEnv) => string} getLock
 * @property {(env: NodeJS.ProcessEnv) => Promise<object | undefined>} findPresent
 * @property {(onProgress: import('./progress.mjs').OnProgress, env: NodeJS.ProcessEnv) => Promise<object>} make
 */

/** @type {Record<string, Search>} */
const PROGRAMS = {
  pulumi: { getLock: getPulumiLock, findPresent: findPresentPulumi, make: makePulumi },
  redis: { getLock: getRedisLock, findPresent: findPresentRedis, make: makeRedis },
  ...Object.fromEntries(
    listProgramSets().map((set) => [
      set,
      {
        getLock: (/** @type {NodeJS.ProcessEnv} */ env) => getSetLock(set, env),
        findPresent: (/** @type {NodeJS.ProcessEnv} */ env) => findPresentSet(set, env),
        make: (/** @type {import('./progress.mjs').OnProgress} */ onProgress, /** @type {NodeJS.ProcessEnv} */ env) =>
          makeSet(set, onProgress, env),
      },
    ]),
  ),
};

/** @param {object} message */
function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** @param {Search} search */
async function find({ getLock, findPresent, make }) {
  const lock = getLock(process.env);
  const shared = `${lock}.progress`;
  /** @param {Progress} progress */
  const report = (progress) => {
    say({ progress });
    writeFileSync(`${shared}.draft`, JSON.stringify(progress));
    renameSync(`${shared}.draft`, shared);
  };
  const watch = () => {
    try {
      say({ progress: JSON.parse(readFileSync(shared, 'utf8')) });
    } catch {
      // The holder has not said anything yet.
    }
  };
  // What another process made while this one waited for the lock is found by the second look.
  return withLock(lock, async () => (await findPresent(process.env)) ?? make(report, process.env), {
    onWait: watch,
    everyMs: 500,
  });
}

// Tests and services that already run beside a build have the processors first; the compilers inherit this.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
process.stdin.on('end', () => {
  // This process leads its own group: compilers that go started are in it too. The lock of a dead holder is taken over.
  process.kill(-process.pid, 'SIGKILL');
});
process.stdin.resume();
process.stdout.on('error', () => undefined);

const name = process.argv[2] ?? '';
const search = PROGRAMS[name];
if (search === undefined) throw new Error(`usage: find.mjs ${Object.keys(PROGRAMS).join('|')}, not "${name}"`);
try {
  say({ found: await find(search) });
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) });
}
process.stdin.destroy();
