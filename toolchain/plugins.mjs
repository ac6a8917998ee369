// The official provider plugins: which belong to the SDKs in package.json, which a Pulumi home lacks, and how they come into it.
// The engine itself fetches none, because it would take whatever its server sends.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fillAtomically } from './cache.mjs';
import { getChecksum } from './checksums.mjs';
import { downloadFile } from './download.mjs';
import { withLock } from './lock.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./progress.mjs').OnProgress} OnProgress */
/** @typedef {{ name: string, version: string }} Plugin */

const RELEASES = 'https://api.pulumi.com/releases/plugins';
// The largest is a few hundred megabytes.
const TIMEOUT_MS = 1_800_000;

/**
 * @param {URL} [manifest] the package.json that names the SDKs
 * @returns {Plugin[]}
 */
export function listPlugins(manifest = new URL('../package.json', import.meta.url)) {
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
  return Object.entries(/** @type {Record<string, string>} */ (dependencies))
    .filter(([name]) => name.startsWith('@pulumi/') && name !== '@pulumi/pulumi')
    .map(([name, version]) => ({ name: name.slice('@pulumi/'.length), version }));
}

/**
 * @param {string} home a Pulumi home
 * @returns {Plugin[]} the plugins that it lacks
 */
export function listMissingPlugins(home) {
  return listPlugins().filter((plugin) => !existsSync(getProgram(home, plugin)));
}

/**
 * Fetches what the home lacks, each held to its pinned checksum.
 * @param {string} home
 * @param {{ onProgress: OnProgress, env?: NodeJS.ProcessEnv, getPin?: (archive: string) => string }} options `getPin`: for tests
 * @returns {Promise<Plugin[]>} what was fetched
 */
export async function fetchPlugins(home, { onProgress, env = process.env, getPin = getChecksum }) {
  const missing = listMissingPlugins(home);
  // Before the first byte is fetched: half of a set is of no use.
  for (const plugin of missing) getPin(getArchive(plugin));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  for (const plugin of missing) {
    await withLock(join(home, `${plugin.name}.lock`), () => fetchPlugin(home, plugin, { onProgress, env, getPin }));
  }
  return missing;
}

/**
 * @param {string} home
 * @param {Plugin} plugin
 * @param {{ onProgress: OnProgress, env: NodeJS.ProcessEnv, getPin: (archive: string) => string }} options
 */
async function fetchPlugin(home, plugin, { onProgress, env, getPin }) {
  if (existsSync(getProgram(home, plugin))) return;
  const archive = getArchive(plugin);
  const subject = `Pulumi plugin ${plugin.name}`;
  await fillAtomically(getDirectory(home, plugin), async (draft) => {
    const file = join(draft, archive);
    await downloadFile(getReleaseUrl(archive, env), file, {
      sha256: getPin(archive),
      timeoutMs: TIMEOUT_MS,
      onBytes: (done, total) =>
        onProgress({ subject, phase: 'downloading (MB)', done: toMegabytes(done), total: total && toMegabytes(total) }),
    });
    const { code, stderr } = await runCommand('tar', ['-xzf', file, '-C', draft, '--no-same-owner']);
    rmSync(file);
    if (code !== 0) throw new Error(`tar: ${stderr.trim()}`);
    if (!existsSync(join(draft, getProgramName(plugin))))
      throw new Error(`${archive} holds no ${getProgramName(plugin)}`);
  });
}

/** @param {Plugin} plugin @returns {string} the name of its archive for this machine */
export function getArchive({ name, version }) {
  const machine = process.arch === 'x64' ? 'amd64' : process.arch;
  return `pulumi-resource-${name}-v${version}-${process.platform}-${machine}.tar.gz`;
}

/** @param {string} archive @param {NodeJS.ProcessEnv} env @returns {string} */
export function getReleaseUrl(archive, env) {
  return `${env.FLEETYARD_PLUGIN_RELEASES || RELEASES}/${archive}`;
}

/** @param {string} home @param {Plugin} plugin */
function getProgram(home, plugin) {
  return join(getDirectory(home, plugin), getProgramName(plugin));
}

/** @param {string} home @param {Plugin} plugin @returns {string} where the engine looks for it */
function getDirectory(home, { name, version }) {
  return join(home, 'plugins', `resource-${name}-v${version}`);
}

/** @param {Plugin} plugin */
function getProgramName({ name }) {
  return `pulumi-resource-${name}`;
}

/** @param {number} bytes */
function toMegabytes(bytes) {
  return Math.round(bytes / 1e6);
}
