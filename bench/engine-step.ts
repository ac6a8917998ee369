// Times one engine step on the simulated clouds beside the plain Automation API, and weighs one that waits for its cloud.
// Run: node_modules/.bin/node bench/engine-step.ts [rounds]. Medians and their ratios are of one run, whose rounds take turns.

import { loadavg } from 'node:os';
import { openBenchPlace } from './engine/place.ts';
import { runPlain, runPlainScript, runUpAlone } from './engine/plain.ts';
import { timePhases } from './engine/phases.ts';
import { readProcessorSeconds } from './engine/processor-time.ts';
import { weighWaitingSteps } from './engine/waiting-step.ts';

const rounds = Number(process.argv[2] ?? 5);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(name: string, text: string): void {
  process.stdout.write(`${name.padEnd(34)} ${text}\n`);
}

/** What was measured, by name, a value a round. */
class Samples {
  readonly #values = new Map<string, number[]>();

  add(name: string, value: number): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  median(name: string): number {
    return median(this.#values.get(name) ?? []);
  }
}

/** Processor time beside wall time: on a busy machine it says more. */
async function sample<T>(samples: Samples, name: string, run: () => Promise<T>): Promise<T> {
  const [begin, before] = [performance.now(), readProcessorSeconds()];
  const result = await run();
  samples.add(name, (performance.now() - begin) / 1000);
  samples.add(`${name}, processor`, readProcessorSeconds() - before);
  return result;
}

async function timeSteps(): Promise<void> {
  const place = await openBenchPlace();
  const samples = new Samples();
  try {
    await sample(samples, 'create', () => place.runStep('up'));
    await runPlain(place);
    for (let round = 0; round < rounds; round += 1) {
      await sample(samples, 'step', () => place.runStep('up'));
      await sample(samples, 'plain', () => runPlainScript(place));
      const stack = await sample(samples, 'plain, process loaded', () => runPlain(place));
      await sample(samples, 'up alone', () => runUpAlone(stack));
      for (const [name, seconds] of Object.entries(await timePhases(place))) samples.add(name, seconds);
    }
    await sample(samples, 'destroy', () => place.runStep('destroy'));
  } finally {
    await place.close();
  }
  report(samples);
}

function report(samples: Samples): void {
  print('unchanged up of 35 resources', `${rounds} rounds, load ${loadavg()[0]?.toFixed(1)}`);
  for (const name of samples.names()) print(`  ${name}`, `${samples.median(name).toFixed(2)} s`);
  for (const what of ['', ', processor']) {
    const ratio = samples.median(`step${what}`) / samples.median(`plain${what}`);
    print(`step / plain${what}`, `${ratio.toFixed(2)}  (target 0.50)`);
    const loaded = samples.median(`step${what}`) / samples.median(`plain, process loaded${what}`);
    print(`step / plain without its start${what}`, loaded.toFixed(2));
  }
}

/** Programs are in memory once, however many steps run them: several steps at once show what one more costs. */
async function weigh(count: number): Promise<void> {
  const sizes = await weighWaitingSteps(count);
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0) / count;
  for (const name of ['runner', 'cli', 'plugin'] as const) {
    const own = sizes.filter((size) => size.name === name);
    const all = sum(own.map(({ proportional }) => proportional));
    const anonymous = sum(own.map((size) => size.anonymous));
    print(`${count} waiting, each: ${name}`, `${all.toFixed(0)} MB  (${anonymous.toFixed(0)} MB of it anonymous)`);
  }
  const rest = sum(sizes.filter(({ name }) => name !== 'plugin').map(({ proportional }) => proportional));
  print(`${count} waiting, each without its plugin`, `${rest.toFixed(0)} MB  (target 150 MB)`);
}

if (rounds > 0) await timeSteps();
for (const count of [1, 4]) await weigh(count);
process.exit(0);
