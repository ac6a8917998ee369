// Runs Schemathesis against an API and reads what it found.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../toolchain/run-command.mjs';
import type { FoundSchemathesis } from '../../toolchain/schemathesis.mjs';

/** One run. */
export type FuzzOptions = {
  found: FoundSchemathesis;
  url: string;
  headers: Record<string, string>;
  /** Cases of each endpoint beside those that come from the contract alone. */
  casesEach: number;
  /** The run ends then, with what was tried. */
  seconds?: number;
  phases: readonly ('examples' | 'coverage' | 'fuzzing' | 'stateful')[];
  seed: number;
};

/** What came of it. */
export type FuzzOutcome = {
  clean: boolean;
  cases: number;
  endpoints: number;
  /** Each with the request that shows it and the answer to it. */
  failures: string[];
  /** The file that has all that was said; kept for people when something failed. */
  report: string | undefined;
};

const configuration = join(import.meta.dirname, 'schemathesis.toml');
const mostLines = 20;

/** Runs it to its end. */
export async function runSchemathesis(options: FuzzOptions): Promise<FuzzOutcome> {
  const { found, url, headers, casesEach, seconds, phases, seed } = options;
  const directory = await mkdtemp(join(tmpdir(), 'fleetyard-fuzz-'));
  const args = [
    ...found.args,
    ...['--config-file', configuration, '--no-color', 'run', `${url}/openapi.json`],
    ...['--phases', phases.join(','), '--max-examples', String(casesEach), '--seed', String(seed)],
    ...(seconds === undefined ? [] : ['--max-time', String(seconds)]),
    // One worker: the parser of Python 3.11 fails when two threads use it, and the order of requests is that of the seed.
    ...['--workers', '1', '--continue-on-failure', '--generation-database', 'none', '--request-timeout', '60'],
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
  ];
  const { code, stdout, stderr } = await runCommand(found.command, args, { cwd: directory });
  const count = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const clean = code === 0;
  const report = join(directory, 'report.txt');
  if (clean) await rm(directory, { recursive: true, force: true });
  else await writeFile(report, `${stdout}\n${stderr}`, { mode: 0o600 });
  return {
    clean,
    cases: count(/(\d+) generated/),
    endpoints: count(/Tested: (\d+)/),
    failures: listFailures(stdout),
    report: clean ? undefined : report,
  };
}

/** What stands in the report between the heads of failures and errors and the next one, an endpoint each. */
function listFailures(output: string): string[] {
  const sections = output.split(/^=+ ([A-Z][A-Za-z ]+) =+$/m);
  return sections
    .filter((_, index) => sections[index - 1] === 'FAILURES' || sections[index - 1] === 'ERRORS')
    .flatMap((section) => section.split(/^(?=_+ .* _+$)/m))
    .map((failure) => shorten(failure.trim()))
    .filter((failure) => failure !== '');
}

/** What is wrong, and the request; the answer between them is in the report. */
function shorten(failure: string): string {
  const lines = failure.split('\n');
  const request = lines.findIndex((line) => line.startsWith('Reproduce with'));
  if (request < mostLines) return lines.slice(0, 2 * mostLines).join('\n');
  return [...lines.slice(0, mostLines), '…', ...lines.slice(request)].join('\n');
}
