// Runs Schemathesis against an API and reads what it found.
import { mkdtemp, rm } from 'node:fs/promises';
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

/** What came of it; `report` is for people. */
export type FuzzOutcome = { clean: boolean; cases: number; endpoints: number; report: string };

const configuration = join(import.meta.dirname, 'schemathesis.toml');

/** Runs it to its end. */
export async function runSchemathesis(options: FuzzOptions): Promise<FuzzOutcome> {
  const { found, url, headers, casesEach, seconds, phases, seed } = options;
  const directory = await mkdtemp(join(tmpdir(), 'fleetyard-fuzz-'));
  const args = [
    ...found.args,
    ...['--config-file', configuration, '--no-color', 'run', `${url}/openapi.json`],
    ...['--phases', phases.join(','), '--max-examples', String(casesEach), '--seed', String(seed)],
    ...(seconds === undefined ? [] : ['--max-time', String(seconds)]),
    ...['--workers', '2', '--continue-on-failure', '--generation-database', 'none', '--request-timeout', '60'],
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
  ];
  try {
    const { code, stdout, stderr } = await runCommand(found.command, args, { cwd: directory });
    const count = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
    return {
      clean: code === 0,
      cases: count(/(\d+) generated/),
      endpoints: count(/Tested: (\d+)/),
      report: `${stdout}\n${stderr}`,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
