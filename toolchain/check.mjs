// `npm run check`: everything that can be known without running the product, one line a step, stopping at the first that fails.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './run-command.mjs';

const USAGE = `Usage: npm run check -- [--keep-going] [step …]

Steps: STEPS. --keep-going runs all of them whatever fails.
`;

/**
 * @typedef {object} Step
 * @property {string} command a program of node_modules/.bin
 * @property {string[]} args
 * @property {string} advice what to do when it fails
 */

// Where the rooms are; the ones that do not exist yet are left out.
const root = dirname(import.meta.dirname);
const rooms = ['catalogue', 'services', 'stacks', 'plugins', 'toolchain', 'test', 'bench'].filter((room) =>
  existsSync(join(root, room)),
);

/** @type {Record<string, Step>} */
const STEPS = {
  format: { command: 'prettier', args: ['--check', '--log-level', 'warn', '.'], advice: '`npm run format` formats' },
  lint: { command: 'eslint', args: ['--max-warnings', '0', '.'], advice: '`npx eslint --fix .` repairs some' },
  types: { command: 'tsc', args: ['--noEmit', '--pretty', 'false'], advice: 'repair the types' },
  boundaries: {
    command: 'depcruise',
    args: ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...rooms],
    advice: 'the import table is in ARCHITECTURE.md and .dependency-cruiser.cjs',
  },
  'dead-code': { command: 'knip', args: ['--no-progress'], advice: 'remove what nothing uses' },
  'dead-exports': {
    command: 'knip',
    args: ['--production', '--no-progress'],
    advice: 'remove what only tests use, or give it its caller',
  },
  contract: { command: 'redocly', args: ['lint', 'openapi.yaml'], advice: 'repair openapi.yaml' },
  'lock-file': {
    command: 'node',
    args: ['toolchain/complete-lock.mjs', '--check'],
    advice: 'or `npm ci` will refuse it, or take whatever comes',
  },
  licences: {
    command: 'node',
    args: ['toolchain/check-licences.mjs'],
    advice: 'take another package, or read its licence and say so in toolchain/licences.json',
  },
  advisories: {
    command: 'node',
    args: ['toolchain/check-advisories.mjs'],
    advice:
      'take a version without it, or accept it in toolchain/advisories.json: {"GHSA-…": {"reason": …, "until": date}}',
  },
  alerts: {
    command: 'node',
    args: ['toolchain/check-alerts.mjs'],
    advice: 'repair deploy/prometheus or deploy/grafana',
  },
  generated: {
    command: 'node',
    args: ['toolchain/generate.mjs', '--check'],
    advice: '`npm run generate` writes them anew',
  },
};

// The declarations of the cloud SDKs are large; the tools must not run into the default limit of the heap.
const environment = {
  ...process.env,
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-old-space-size=6144`.trim(),
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
};

/** @param {string[]} args @returns {Promise<number>} the exit code */
async function check(args) {
  const wanted = args.filter((arg) => !arg.startsWith('-'));
  const unknown = wanted.find((name) => !(name in STEPS));
  if (args.includes('--help') || unknown !== undefined) {
    process.stdout.write(
      `${unknown === undefined ? '' : `no step ${unknown}\n`}${USAGE.replace('STEPS', Object.keys(STEPS).join(', '))}`,
    );
    return unknown === undefined ? 0 : 2;
  }
  /** @type {string[]} */
  const failed = [];
  for (const [name, step] of Object.entries(STEPS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (!(await runStep(name, step))) failed.push(name);
    if (failed.length > 0 && !args.includes('--keep-going')) break;
  }
  process.stdout.write(failed.length === 0 ? 'check: all well\n' : `check failed: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** @param {string} name @param {Step} step */
async function runStep(name, { command, args, advice }) {
  const started = Date.now();
  const { code, stdout, stderr } = await runCommand(join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    env: environment,
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(12)} ${seconds} s\n`);
  for (const notice of code === 0 ? stdout.split('\n').filter((line) => line.startsWith('notice: ')) : []) {
    process.stdout.write(`     ${notice}\n`);
  }
  if (code === 0) return true;
  process.stdout.write(`${stdout}${stderr}`.trimEnd().replace(/^/gm, '     '));
  process.stdout.write(`\n     ${advice}\n`);
  return false;
}

process.exitCode = await check(process.argv.slice(2));
