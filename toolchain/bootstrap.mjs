// The way into everything: `node toolchain/bootstrap.mjs <command> [arguments]` on whatever Node.js (20 or newer) there is.
// It installs the packages, starts the search for the Pulumi CLI beside that, and goes on under the pinned Node.js.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { getPinnedNode, installPackages } from './install.mjs';
import { findKubernetesPrograms } from './kubernetes.mjs';
import { listPrograms } from './program-sets.mjs';
import { createProgressLine } from './progress.mjs';
import { findPulumi } from './pulumi.mjs';

/**
 * @typedef {object} Command
 * @property {string} target the program to go on with, from the root of the repository
 * @property {string[]} [args] what it is given before the arguments of the command line
 * @property {boolean | ((args: string[]) => boolean)} [pulumi] whether it needs the Pulumi CLI
 * @property {(args: string[]) => boolean} [programs] whether it needs real control planes and Karmada
 */

/** @type {Record<string, Command>} */
const COMMANDS = {
  quickstart: {
    target: 'services/quickstart/main.ts',
    pulumi: (args) => !args.includes('--clean'),
    programs: (args) => args.includes('--kubernetes') && !args.includes('--clean'),
  },
  test: {
    target: 'test/run.ts',
    pulumi: ([group]) => group === undefined || ['all', 'engine', 'e2e', 'kubernetes'].includes(group),
    programs: ([group]) => group === undefined || ['all', 'kubernetes'].includes(group),
  },
  chaos: { target: 'test/chaos/main.ts', pulumi: (args) => !args.includes('--schedule') },
  check: { target: 'toolchain/check.mjs' },
  generate: { target: 'toolchain/generate.mjs' },
  simulator: { target: 'services/simulator/cli/main.ts' },
  backup: { target: 'services/backup/main.ts', args: ['backup'] },
  audit: { target: 'services/audit/main.ts' },
  restore: { target: 'services/backup/main.ts', args: ['restore'] },
  migrate: { target: 'services/admin/main.ts', args: ['migrate'] },
  'admin-token': { target: 'services/admin/main.ts', args: ['admin-token'] },
  'rotate-master-key': { target: 'services/admin/main.ts', args: ['rotate-master-key'] },
  secrets: { target: 'services/secrets/main.ts' },
  doctor: { target: 'services/doctor/main.ts' },
  plugins: { target: 'toolchain/fetch-plugins.mjs' },
  programs: { target: 'toolchain/fetch-programs.mjs' },
  sbom: { target: 'toolchain/write-sbom.mjs' },
  'start:api': { target: 'services/api/main.ts' },
  'start:worker': { target: 'services/worker/main.ts' },
};

/** Signals of one key press arrive from the terminal and from npm: within this time they are one. */
const SAME_PRESS_MS = 500;

const root = dirname(import.meta.dirname);
process.exitCode = await run(process.argv[2], process.argv.slice(3));

/** @param {string | undefined} name @param {string[]} args @returns {Promise<number>} the exit code */
async function run(name, args) {
  const command = COMMANDS[name ?? ''];
  if (command === undefined) {
    process.stderr.write(`usage: node toolchain/bootstrap.mjs <${Object.keys(COMMANDS).join(' | ')}> [arguments]\n`);
    return 2;
  }
  const needsPulumi = typeof command.pulumi === 'function' ? command.pulumi(args) : command.pulumi === true;
  const needsPrograms = command.programs?.(args) === true;
  const search = new AbortController();
  const line = createProgressLine();
  const waiting = { done: false };
  const options = {
    onProgress: (/** @type {import('./progress.mjs').Progress} */ progress) => waiting.done || line.show(progress),
    signal: search.signal,
  };
  // The target asks again and waits for these searches, or learns from its own why something is missing. One after the other: what
  // is needed first has both cores.
  const first = needsPulumi && !args.includes('--help') ? findPulumi(options) : Promise.resolve();
  first
    .catch(() => undefined)
    .then(() =>
      needsPrograms && !args.includes('--help') ? findKubernetesPrograms(listPrograms(), options) : undefined,
    )
    .catch(() => undefined);
  try {
    await installPackages(root, line.show);
    waiting.done = true;
    line.clear();
    return await runTarget(command.target, [...(command.args ?? []), ...args]);
  } catch (error) {
    line.clear();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    search.abort();
  }
}

/**
 * Runs the target in a session of its own, so that a Ctrl-C reaches it once, through here, and waits for its orderly end.
 * @param {string} target
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function runTarget(target, args) {
  const guard = join(root, 'toolchain', 'end-with-parent.mjs');
  const child = spawn(getPinnedNode(root), ['--import', guard, join(root, target), ...args], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let last = 0;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => {
      if (Date.now() - last < SAME_PRESS_MS) return;
      last = Date.now();
      child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
