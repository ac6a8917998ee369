// `npm run chaos`: parses, runs, prints, and says by its exit code whether all went well.
import { parseOptions, usage, type ChaosOptions } from './options.ts';
import { runCrashPoints } from './crash/run-crash-points.ts';
import { isFlawless, runChaos } from './run-chaos.ts';
import { drawSchedule } from './schedule.ts';

const graceMs = 60_000;

async function main(): Promise<number> {
  let options: ChaosOptions;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (options.schedule) {
    for (const act of drawSchedule(options)) process.stdout.write(`${JSON.stringify(act)}\n`);
    return 0;
  }
  return run(options);
}

async function run(options: ChaosOptions): Promise<number> {
  const begin = performance.now();
  const say = (line: string): void => {
    process.stderr.write(`${((performance.now() - begin) / 1000).toFixed(1).padStart(6)}  ${line}\n`);
  };
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
  // The run bounds its own parts; this one is for what hangs all the same.
  const late = AbortSignal.timeout(options.minutes * 60_000 + graceMs);
  const signal = AbortSignal.any([interrupt.signal, late]);
  try {
    if (options.crashPoints) return await dieEverywhere(options, say, signal);
    const report = await runChaos({ ...options, say, signal });
    for (const line of report.findings) say(`found: ${line}`);
    for (const line of report.notes) say(`note: ${line}`);
    if (!options.json)
      process.stdout.write(`replay: npm run chaos -- --operations ${options.operations} --seed ${options.seed}\n`);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return isFlawless(report) ? 0 : 1;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

async function dieEverywhere(options: ChaosOptions, say: (line: string) => void, signal: AbortSignal): Promise<number> {
  const { seed, operations: points, minutes } = options;
  const report = await runCrashPoints({ seed, points, say, signal, deadline: Date.now() + minutes * 60_000 });
  for (const line of report.faults) say(`found: ${line}`);
  process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.faults.length === 0 ? 0 : 1;
}

process.exit(await main());
