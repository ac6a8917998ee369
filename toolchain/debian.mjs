// Programs out of Debian's packages, unpacked into a folder: nothing is installed, and apt's own signatures vouch for what comes.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';

// A machine may have told apt to take what nobody signed.
const SIGNED = [
  'APT::Get::AllowUnauthenticated=false',
  'Acquire::AllowInsecureRepositories=false',
  'Acquire::AllowWeakRepositories=false',
  'Acquire::AllowDowngradeToInsecureRepositories=false',
];

/**
 * Fetches packages and unpacks them, with the libraries that this machine lacks.
 * @param {string} apt the path of apt-get
 * @param {string[]} packages
 * @param {string} directory
 * @param {(phase: string) => void} onPhase
 * @returns {Promise<void>} rejects with what apt said
 */
export async function unpackPackages(apt, packages, directory, onPhase) {
  const settings = [...SIGNED];
  if ((await listNeeded(apt, packages, settings)) === undefined) {
    // The machine has no lists of packages. Ours go into the folder, for its own are not ours to touch.
    const lists = join(directory, 'apt');
    mkdirSync(join(lists, 'lists', 'partial'), { recursive: true });
    mkdirSync(join(lists, 'cache', 'archives', 'partial'), { recursive: true });
    settings.push(`Dir::State::Lists=${join(lists, 'lists')}`, `Dir::Cache=${join(lists, 'cache')}`);
    onPhase('reading Debian’s lists of packages');
    await run(apt, ['update', '-q', ...toOptions(settings)]);
  }
  const needed = (await listNeeded(apt, packages, settings)) ?? packages;
  onPhase(`unpacking Debian’s ${needed.join(', ')}; nothing is installed`);
  for (const name of needed) await run(apt, ['download', '-q', ...toOptions(settings), name], directory);
  for (const file of readdirSync(directory).filter((entry) => entry.endsWith('.deb'))) {
    await run('dpkg', ['-x', join(directory, file), directory]);
    rmSync(join(directory, file));
  }
  rmSync(join(directory, 'apt'), { recursive: true, force: true });
}

/**
 * Asks apt what an installation would bring, without one.
 * @param {string} apt
 * @param {string[]} packages
 * @param {string[]} settings
 * @returns {Promise<string[] | undefined>} the packages and what this machine lacks of what they need; undefined when apt can't tell
 */
async function listNeeded(apt, packages, settings) {
  const args = ['install', '--simulate', '-q', '--no-install-recommends', ...toOptions(settings), ...packages];
  const { code, stdout } = await runCommand(apt, args, { env: process.env });
  if (code !== 0) return undefined;
  const lacking = [...stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  // What sets services up is of no use to a program that is only unpacked.
  const useful = lacking.filter((name) => /^(lib|lua|redis)/.test(name));
  return [...new Set([...packages, ...useful])];
}

/** @param {string[]} settings */
function toOptions(settings) {
  return settings.flatMap((setting) => ['-o', setting]);
}

/** @param {string} command @param {string[]} args @param {string} [cwd] */
async function run(command, args, cwd) {
  const { code, stderr } = await runCommand(command, args, { cwd, env: process.env });
  if (code !== 0) throw new Error(`${args[0]} failed: ${stderr.trim().split('\n').at(-1)}`);
}
