// `npm test`: starts the servers that the tests need, runs the test files group by group, and ends with one line of counts.
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { findKubernetesPrograms } from '../toolchain/kubernetes.mjs';
import { listPrograms } from '../toolchain/program-sets.mjs';
import { createProgressLine } from '../toolchain/progress.mjs';
import { findPulumi } from '../toolchain/pulumi.mjs';
import { findTestFiles, NEEDS, RUNS, type Group, type Needs } from './run/groups.ts';
import { runTestFile, stopRunningFiles, type FileReport } from './run/run-file.ts';
import { startTestServers, type TestServers } from './run/servers.ts';

const USAGE = `Usage: npm test -- [all | unit | integration | engine | e2e | kubernetes] [--properties] [--seed N | random] [--runs N] [--cases N] [part of a test file's path …]

  npm test                                        all groups, of kubernetes a short part
  npm run test:kubernetes                         the tests on real control planes and a real Karmada, all of them
  npm run test:integration -- test/store/lease    the integration tests whose path contains that
  npm run test:properties                         the property tests alone, with a random seed, which is printed
  npm run test:properties -- --seed 7 --runs 50   the same with a seed of yours, and so many runs of each property
  npm run test:contract-fuzz                      the contract, with 20,000 cases; --cases says another number`;

const ERROR_LINES = 40;
const MANY_CASES_MS = 7_200_000;

type Totals = { passed: number; failed: number; skipped: number };

const root = dirname(import.meta.dirname);
let servers: TestServers | undefined;
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted = true;
    void stopRunningFiles();
  });
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      properties: { type: 'boolean', default: false },
      seed: { type: 'string' },
      runs: { type: 'string' },
      cases: { type: 'string' },
    },
  });
  if (values.help === true) {
    say(USAGE);
    return 0;
  }
  const [first, ...rest] = positionals;
  const named = first === undefined ? undefined : RUNS[first];
  const groups = named ?? RUNS['all'] ?? [];
  const patterns = named === undefined ? positionals : rest;
  const drawn = readDraw(values);
  if (typeof drawn === 'string') {
    say(`${drawn}\n\n${USAGE}`);
    return 2;
  }
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const name of groups) {
      if (!interrupted) await runGroup(name, { patterns, ...drawn }, totals);
    }
  } catch (error) {
    totals.failed += 1;
    say(`the run could not go on: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await servers?.stop();
  }
  if (interrupted) say('interrupted');
  else if (totals.passed + totals.failed === 0)
    say(`no test file in ${groups.join(', ')}${patterns.length === 0 ? '' : ` matches ${patterns.join(' ')}`}`);
  const skipped = totals.skipped === 0 ? '' : `${totals.skipped} skipped; `;
  if (skipped !== '') say(skipped.replace('; ', ''));
  say(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 && totals.passed > 0 && !interrupted ? 0 : 1;
}

/** What is run, and with which draw of the property tests. */
type Selection = { patterns: string[]; properties: boolean; env: NodeJS.ProcessEnv };

/** Reads the options of the property tests, or says what is wrong with them. */
function readDraw(values: {
  properties: boolean;
  seed?: string;
  runs?: string;
  cases?: string;
}): Omit<Selection, 'patterns'> | string {
  const { properties, seed, runs, cases } = values;
  const env: NodeJS.ProcessEnv = {};
  if (seed !== undefined) {
    const drawn = seed === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
    if (!Number.isInteger(drawn)) return `--seed takes a whole number or "random", not ${seed}`;
    env.FLEETYARD_TEST_SEED = String(drawn);
    say(`property tests: seed ${drawn}`);
  }
  if (runs !== undefined) {
    if (!/^[1-9]\d{0,6}$/.test(runs)) return `--runs takes a whole number from 1 on, not ${runs}`;
    env.FLEETYARD_TEST_RUNS = runs;
  }
  if (cases !== undefined) {
    if (!/^[1-9]\d{0,6}$/.test(cases)) return `--cases takes a whole number from 1 on, not ${cases}`;
    env.FLEETYARD_TEST_FUZZ_CASES = cases;
  }
  return { properties, env };
}

async function runGroup(group: Group, selection: Selection, totals: Totals): Promise<void> {
  const paths = findTestFiles(root, group, selection);
  if (paths.length === 0) return;
  const started = Date.now();
  const needs = NEEDS[group];
  // Many cases take as long as they take. Tap would end a test after 30 seconds; the limit of the file is the one that counts.
  const timeoutMs = selection.env.FLEETYARD_TEST_FUZZ_CASES === undefined ? needs.timeoutMs : MANY_CASES_MS;
  const env = { ...(await prepare(needs)), ...selection.env, TAP_TIMEOUT: String(timeoutMs / 1000) };
  const before = { ...totals };
  say(`${group}: ${paths.length} files`);
  const waiting = [...paths];
  const work = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined && !interrupted; path = waiting.shift()) {
      const report = await runTestFile(root, path, { env, timeoutMs });
      if (!interrupted) show(report, totals);
    }
  };
  await Promise.all(Array.from({ length: needs.jobs }, work));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`${group}: ${totals.passed - before.passed} passed, ${totals.failed - before.failed} failed in ${seconds} s\n`);
}

/** Starts what is missing and returns the environment of the group's files. */
async function prepare(needs: Needs): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = { ...process.env };
  // A colour or a reporter of the surrounding run would change what the files print.
  for (const name of Object.keys(env)) if (name.startsWith('TAP') || name === 'FORCE_COLOR') delete env[name];
  if (needs.servers) {
    servers ??= await startTestServers();
    Object.assign(env, servers.environment);
  }
  if (needs.pulumi) {
    const line = createProgressLine();
    const found = await findPulumi({ onProgress: line.show });
    line.clear();
    env.FLEETYARD_PULUMI = found.binary;
  }
  if (needs.programs) {
    const line = createProgressLine();
    await findKubernetesPrograms(listPrograms(), { onProgress: line.show });
    line.clear();
  }
  return env;
}

function show(report: FileReport, totals: Totals): void {
  totals.passed += report.passed;
  totals.failed += report.failed;
  totals.skipped += report.skipped;
  const mark = report.failed === 0 ? 'ok  ' : 'FAIL';
  const skipped = report.skipped === 0 ? '' : `, ${report.skipped} skipped`;
  say(`  ${mark} ${report.path} (${report.passed} passed${skipped}, ${report.seconds.toFixed(1)} s)`);
  for (const { name } of report.skips) say(`       - ${name}`);
  for (const failure of report.failures) {
    say(`       ✗ ${failure.name}`);
    for (const detail of failure.details) say(`         ${detail}`);
  }
  if (report.failed === 0 || report.errorOutput.trim() === '') return;
  say('       standard error:');
  for (const line of report.errorOutput.trimEnd().split('\n').slice(-ERROR_LINES)) say(`         ${line}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
