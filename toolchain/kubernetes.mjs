// Finds the programs of local control planes and of the federation's hub: explicit directory, PATH, cache, build from the pinned Go
// module, in this order. Official downloads are none of the ways: nobody has pinned their checksums, and nothing is fetched without one.
import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildGoPrograms, findGo, findGoModule } from './build-go.mjs';
import { fillAtomically, getCacheDirectory } from './cache.mjs';
import { findInChild } from './find-in-child.mjs';
import { getProgramSet, getVersionArguments, listProgramSets } from './program-sets.mjs';
import { findOnPath, isExecutable, runCommand } from './run-command.mjs';
import { GO_MINIMUM } from './versions.mjs';

/** @typedef {import('./program-sets.mjs').ProgramName} ProgramName */
/** @typedef {import('./program-sets.mjs').ProgramSet} ProgramSet */
/** @typedef {import('./program-sets.mjs').ProgramSetName} ProgramSetName */
/** @typedef {import('./progress.mjs').OnProgress} OnProgress */

/** @typedef {{ programs: Record<string, string>, files: Record<string, string> }} FoundSet paths by name */

/** Names a directory that holds all programs, and the files beside them, by their names. */
const VARIABLE = 'FLEETYARD_KUBERNETES_PROGRAMS';

/**
 * Finds programs, or makes what is missing: each set once, however many ask at once, in a process that ends with this one.
 * @template {ProgramName} Name
 * @param {readonly Name[]} names
 * @param {{ onProgress?: OnProgress, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} [options]
 * @returns {Promise<Record<Name, string>>} absolute paths; rejects with one line of advice when nothing works
 */
export async function findKubernetesPrograms(names, options = {}) {
  /** @type {Record<string, string>} */
  const found = {};
  // One after another: two compilers at once would not be done sooner, and nobody could tell how long each takes.
  for (const set of listProgramSets()) {
    const wanted = names.filter((name) => name in getProgramSet(set).programs);
    if (wanted.length === 0) continue;
    const { programs } = await findSet(set, options);
    for (const name of wanted) found[name] = getPath(programs, name);
  }
  return /** @type {Record<Name, string>} */ (found);
}

/**
 * The definitions and manifests that Karmada's programs need beside them.
 * @param {{ onProgress?: OnProgress, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} [options]
 * @returns {Promise<{ crds: string, deploy: string }>} absolute paths of folders
 */
export async function findKarmadaFiles(options = {}) {
  const { files } = await findSet('karmada', options);
  return { crds: getPath(files, 'crds'), deploy: getPath(files, 'deploy') };
}

/** @param {Record<string, string>} paths @param {string} name */
function getPath(paths, name) {
  const path = paths[name];
  if (path === undefined) throw new Error(`there is no ${name}`);
  return path;
}

/**
 * @param {ProgramSetName} name
 * @param {{ onProgress?: OnProgress, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} options
 * @returns {Promise<FoundSet>}
 */
async function findSet(name, { onProgress, env = process.env, signal }) {
  const present = await findPresentSet(name, env);
  if (present !== undefined) return present;
  return findInChild(name, { subject: getProgramSet(name).subject, onProgress, env, signal });
}

/**
 * The ways that need no work.
 * @param {ProgramSetName} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundSet | undefined>}
 */
export async function findPresentSet(name, env) {
  const set = getProgramSet(name);
  const explicit = env[VARIABLE];
  if (explicit) return checkExplicit(set, explicit);
  const onPath = await findSetOnPath(set, env);
  if (onPath !== undefined) return onPath;
  const home = getSetHome(name, env);
  const cached = locate(set, join(home, 'bin'), home);
  // What is there was run before it took its name.
  return Object.values(cached.programs).every((path) => isExecutable(path)) ? cached : undefined;
}

/** @param {ProgramSet} set @param {string} directory @returns {Promise<FoundSet>} */
async function checkExplicit(set, directory) {
  const found = locate(set, directory, directory);
  for (const [program, path] of Object.entries(found.programs)) {
    if (!isExecutable(path)) throw new Error(`${VARIABLE} names ${directory}, which has no ${program} that runs`);
    const version = await readVersion(set, program, path);
    if (version === set.version) continue;
    throw new Error(`${VARIABLE} has ${program} ${version ?? 'of no version'}; Fleetyard needs v${set.version}`);
  }
  return found;
}

/** Programs alone make no whole set where files belong to it. @param {ProgramSet} set @param {NodeJS.ProcessEnv} env @returns {Promise<FoundSet | undefined>} */
async function findSetOnPath(set, env) {
  if (set.files !== undefined) return undefined;
  /** @type {Record<string, string>} */
  const programs = {};
  for (const program of Object.keys(set.programs)) {
    const path = findOnPath(program, env);
    if (path === undefined || (await readVersion(set, program, path)) !== set.version) return undefined;
    programs[program] = path;
  }
  return { programs, files: {} };
}

/** @param {ProgramSet} set @param {string} bin @param {string} home @returns {FoundSet} */
function locate({ programs, files }, bin, home) {
  /** @param {readonly string[]} names @param {string} folder */
  const inside = (names, folder) => Object.fromEntries(names.map((name) => [name, join(folder, name)]));
  return {
    programs: inside(Object.keys(programs), bin),
    files: inside(Object.keys(files?.folders ?? {}), home),
  };
}

/**
 * Builds a set. Its caller holds the lock of the cache.
 * @param {ProgramSetName} name
 * @param {OnProgress} onProgress
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundSet>}
 */
export async function makeSet(name, onProgress, env) {
  const set = getProgramSet(name);
  const home = getSetHome(name, env);
  const go = await findGo();
  const advice = `install Go ${GO_MINIMUM} or newer, or name a directory with the programs in ${VARIABLE}`;
  if (go === undefined) throw new Error(`${set.subject} v${set.version} can't be built: ${advice}`);
  try {
    await fillAtomically(home, async (draft) => {
      const bin = join(draft, 'bin');
      mkdirSync(bin);
      const packages = Object.values(set.programs);
      await buildGoPrograms(go, { ...set, programs: packages }, `${bin}/`, (progress) =>
        onProgress({ subject: set.subject, ...progress }),
      );
      nameBuilt(set, bin);
      for (const program of Object.keys(set.programs)) {
        const version = await readVersion(set, program, join(bin, program));
        if (version !== set.version) throw new Error(`${program} says it is version ${version ?? 'unknown'}`);
      }
      await copyFiles(go, set, draft);
    });
  } catch (error) {
    throw new Error(`no ${set.subject} v${set.version}: ${advice} (${error instanceof Error ? error.message : error})`);
  }
  return locate(set, join(home, 'bin'), home);
}

/** Go names a program by its package: `server` of etcd, `scheduler` of Karmada. @param {ProgramSet} set @param {string} bin */
function nameBuilt({ programs }, bin) {
  for (const [program, path] of Object.entries(programs)) {
    const built = basename(path.replace(/\/v\d+$/, ''));
    if (built !== program) renameSync(join(bin, built), join(bin, program));
    chmodSync(join(bin, program), 0o755);
  }
}

/** @param {string} go @param {ProgramSet} set @param {string} draft */
async function copyFiles(go, { module, files }, draft) {
  if (files === undefined) return;
  const source = await findGoModule(go, module, files.module);
  for (const [name, folder] of Object.entries(files.folders)) {
    cpSync(join(source, folder), join(draft, name), { recursive: true });
    // Go keeps its modules read-only, which would make the copy one that nobody can delete.
    makeWritable(join(draft, name));
  }
}

/** @param {string} path */
function makeWritable(path) {
  const isDirectory = statSync(path).isDirectory();
  chmodSync(path, isDirectory ? 0o755 : 0o644);
  if (isDirectory) for (const entry of readdirSync(path)) makeWritable(join(path, entry));
}

/** @param {ProgramSetName} name @param {NodeJS.ProcessEnv} env */
export function getSetLock(name, env) {
  return `${getSetHome(name, env)}.lock`;
}

/** @param {ProgramSetName} name @param {NodeJS.ProcessEnv} env */
function getSetHome(name, env) {
  return join(getCacheDirectory(env), `${name}-v${getProgramSet(name).version}`);
}

/** @param {ProgramSet} set @param {string} program @param {string} path @returns {Promise<string | undefined>} */
async function readVersion(set, program, path) {
  const { code, stdout, stderr } = await runCommand(path, getVersionArguments(set, program), { timeoutMs: 60_000 });
  return code === 0 ? /\bv?(\d+\.\d+\.\d+)\b/.exec(`${stdout}\n${stderr}`)?.[1] : undefined;
}
