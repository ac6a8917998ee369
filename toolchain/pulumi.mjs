// Finds the pinned Pulumi CLI: explicit path, PATH, cache, official download, build from its Go module, in this order.
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildGoProgram, findGo } from './build-go.mjs';
import { fillAtomically, getCacheDirectory } from './cache.mjs';
import { getChecksum } from './checksums.mjs';
import { downloadFile } from './download.mjs';
import { findInChild } from './find-in-child.mjs';
import { findOnPath, isExecutable, runCommand } from './run-command.mjs';
import { GO_MINIMUM, PULUMI_VERSION } from './versions.mjs';

/** @typedef {import('./progress.mjs').OnProgress} OnProgress */
/** @typedef {import('./progress.mjs').Progress} Progress */

/**
 * @typedef {object} FoundPulumi
 * @property {string} binary absolute path of the CLI
 * @property {string} version without a leading v
 * @property {'explicit' | 'path' | 'cache' | 'download' | 'build'} source which way it was found
 */

const SUBJECT = 'Pulumi CLI';
const PROGRAM = {
  module: 'pulumi',
  program: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`,
};
const RELEASES = 'https://get.pulumi.com/releases/sdk';
const ADVICE = `install Go ${GO_MINIMUM} or newer, or put pulumi v${PULUMI_VERSION} on the PATH or its path into FLEETYARD_PULUMI`;

/**
 * Finds the CLI, or makes it: downloads and builds run in a process of their own, which ends with this one, and only one
 * of several that ask at once does the work while the others watch its progress.
 * @param {{ onProgress?: OnProgress, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} [options]
 * @returns {Promise<FoundPulumi>} rejects with one line of advice when nothing works
 */
export async function findPulumi({ onProgress, env = process.env, signal } = {}) {
  const present = await findPresentPulumi(env);
  if (present !== undefined) return present;
  return findInChild('pulumi', { subject: SUBJECT, onProgress, env, signal });
}

/**
 * The ways that need no work: an explicit path, the PATH, the cache.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundPulumi | undefined>}
 */
export async function findPresentPulumi(env) {
  const explicit = env.FLEETYARD_PULUMI;
  if (explicit) {
    const version = await readPulumiVersion(explicit);
    if (version === PULUMI_VERSION) return { binary: explicit, version, source: 'explicit' };
    const what = !version ? 'not a Pulumi CLI that runs' : `v${version}`;
    throw new Error(`FLEETYARD_PULUMI names ${explicit}, which is ${what}; Fleetyard needs v${PULUMI_VERSION}`);
  }
  const onPath = findOnPath('pulumi', env);
  if (onPath !== undefined && (await readPulumiVersion(onPath)) === PULUMI_VERSION) {
    return { binary: onPath, version: PULUMI_VERSION, source: 'path' };
  }
  const cached = join(getCachedHome(env), 'bin', 'pulumi');
  if (isExecutable(cached) && (await readPulumiVersion(cached)) === PULUMI_VERSION) {
    return { binary: cached, version: PULUMI_VERSION, source: 'cache' };
  }
  return undefined;
}

/**
 * The ways that need work: the official download, then the build. Its caller holds the lock of the cache.
 * @param {OnProgress} onProgress
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundPulumi>}
 */
export async function makePulumi(onProgress, env) {
  /** @type {string[]} */
  const reasons = [];
  for (const [source, make] of /** @type {const} */ ([
    ['download', downloadPulumi],
    ['build', buildPulumi],
  ])) {
    if (source === 'download' && env.FLEETYARD_DOWNLOADS === 'off') continue;
    try {
      const home = getCachedHome(env);
      await fillAtomically(home, async (draft) => {
        mkdirSync(join(draft, 'bin'));
        const binary = join(draft, 'bin', 'pulumi');
        await make(binary, (progress) => onProgress({ subject: SUBJECT, ...progress }), env);
        chmodSync(binary, 0o755);
        const version = await readPulumiVersion(binary);
        if (version !== PULUMI_VERSION) throw new Error(`what came says it is version ${version ?? 'unknown'}`);
      });
      return { binary: join(home, 'bin', 'pulumi'), version: PULUMI_VERSION, source };
    } catch (error) {
      const reason = `${source}: ${describe(error)}`;
      reasons.push(reason);
      onProgress({ subject: SUBJECT, phase: reason.split('\n')[0] ?? reason });
    }
  }
  throw new Error(`no Pulumi CLI v${PULUMI_VERSION}: ${ADVICE} (${reasons.join('; ')})`);
}

/** @param {NodeJS.ProcessEnv} env */
export function getPulumiLock(env) {
  return `${getCachedHome(env)}.lock`;
}

/** @param {NodeJS.ProcessEnv} env @returns {string} laid out like an installation, with bin/ */
function getCachedHome(env) {
  return join(getCacheDirectory(env), `pulumi-v${PULUMI_VERSION}`);
}

/** @param {string} binary @returns {Promise<string | undefined>} */
async function readPulumiVersion(binary) {
  // The CLI makes its home even to say its version; the user's own is not ours to touch.
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: '1', PULUMI_HOME: join(getCacheDirectory(), 'version-home') };
  const { code, stdout } = await runCommand(binary, ['version'], { env, timeoutMs: 60_000 });
  return code === 0 ? stdout.trim().replace(/^v/, '') : undefined;
}

/** @param {string} binary @param {(progress: Omit<Progress, 'subject'>) => void} onProgress @param {NodeJS.ProcessEnv} env */
async function downloadPulumi(binary, onProgress, env) {
  const system = { linux: 'linux', darwin: 'darwin' }[/** @type {string} */ (process.platform)];
  const machine = { x64: 'x64', arm64: 'arm64' }[/** @type {string} */ (process.arch)];
  if (system === undefined || machine === undefined)
    throw new Error(`no release for ${process.platform} ${process.arch}`);
  const name = `pulumi-v${PULUMI_VERSION}-${system}-${machine}.tar.gz`;
  const sha256 = getChecksum(name);
  const archive = `${binary}.tar.gz`;
  onProgress({ phase: 'asking for the official release' });
  await downloadFile(`${env.FLEETYARD_PULUMI_RELEASES || RELEASES}/${name}`, archive, {
    sha256,
    onBytes: (done, total) =>
      onProgress({ phase: 'downloading (MB)', done: toMegabytes(done), total: total && toMegabytes(total) }),
  });
  // Inline programs need no language host [V], so the CLI alone is taken out of the release.
  const { code, stderr } = await runCommand('tar', [
    '-xzf',
    archive,
    '-C',
    join(binary, '..'),
    '--strip-components=1',
    'pulumi/pulumi',
  ]);
  rmSync(archive);
  if (code !== 0) throw new Error(`tar: ${stderr.trim()}`);
}

/** @param {string} binary @param {(progress: Omit<Progress, 'subject'>) => void} onProgress */
async function buildPulumi(binary, onProgress) {
  const go = await findGo();
  if (go === undefined) throw new Error(`no Go ${GO_MINIMUM} or newer on the PATH`);
  await buildGoProgram(go, PROGRAM, binary, onProgress);
}

/** @param {number} bytes */
function toMegabytes(bytes) {
  return Math.round(bytes / 1e6);
}

/** @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}
