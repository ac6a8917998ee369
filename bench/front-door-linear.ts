// Times what the front door does to a body, from 1 KiB up to the limit: a cost that grows with the square shows as a growing time for each KiB.
// Run: node_modules/.bin/node bench/front-door-linear.ts. Prints microseconds a KiB and how they grow, all of one run; ends with 1 when
// something grows beyond the bound.

import { bodyLimits } from '../services/api/body/limits.ts';
import { readBody } from '../services/api/body/read-body.ts';
import { loadCatalogue } from '../catalogue/catalogue.ts';
import { createValidators } from '../services/contract/validator.ts';
import { offerNearest } from '../services/domain/suggest.ts';
import { createRedactor } from '../services/vault/redact.ts';

const sizes = [1, 4, 16, 64, 256, 1024].map((kibibytes) => kibibytes * 1024);
/** Microseconds, many times what the kernel counts in. Time of the processor is taken, so that a busy machine changes little. */
const enough = 80_000;
/** Over the last sixteenfold of the size: 16 would be the square, 1 is linear, and caches and the collector of memory take up to 2. */
const mostGrowth = 4;
const span = 16;

// Nothing is cut short here: what is measured is the cost of going through it all.
const limits = { ...bodyLimits, entries: Infinity, values: Infinity, text: Infinity, aliases: Infinity };
const { checkBody } = createValidators().createFleet;
const { redactText, register } = createRedactor();
register('a registered secret');
const machines = loadCatalogue().machines.eks;

const fill = (size: number, make: (index: number) => string, between: string): string => {
  const pieces: string[] = [];
  for (let length = 0, index = 0; length < size; index += 1) {
    const piece = make(index);
    pieces.push(piece);
    length += piece.length + between.length;
  }
  return pieces.join(between);
};
const repeat = (piece: string) => (size: number) => piece.repeat(Math.ceil(size / piece.length));
const listOf = (piece: string) => (size: number) => `[${fill(size, () => piece, ',')}]`;
const objectOf = (size: number): string => `{${fill(size, (index) => `"key${index}":1`, ',')}}`;
const textsOf = (size: number): string => `[${fill(size, (index) => `"10.0.${index}"`, ',')}]`;

/** What is prepared of a size, and what is timed. */
type Subject = { prepare: (size: number) => unknown; run: (prepared: never) => unknown; most?: number };

const attempt = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const json = (prepare: (size: number) => string): Subject => ({
  prepare,
  run: (text: string) => attempt(() => readBody(text, 'json', limits)),
});
const yaml = (prepare: (size: number) => string): Subject => ({
  prepare,
  run: (text: string) => attempt(() => readBody(text, 'yaml', limits)),
});
const redactor = (prepare: (size: number) => string): Subject => ({ prepare, run: redactText });
const check = (
  prepare: (size: number) => string,
  around = (value: unknown): object => ({ clusters: value }),
): Subject => ({
  prepare: (size) => ({ name: 'fleet', ...around(JSON.parse(prepare(size))) }),
  run: checkBody,
  // What is larger holds more than 50,000 values, and never comes so far.
  most: 256 * 1024,
});

const subjects: Record<string, Subject> = {
  'JSON, keys': json(objectOf),
  'JSON, list': json(listOf('1')),
  'JSON, escapes': json((size) => `"${repeat('\\"')(size)}"`),
  'YAML, keys': yaml((size) => fill(size, (index) => `key${index}: 1`, '\n')),
  'YAML, flow keys': yaml(objectOf),
  'YAML, faults': yaml((size) => `[${repeat(',')(size)}]`),
  'YAML, lines of a text': yaml((size) => `a: "${repeat('b\n  ')(size)}"`),
  'YAML, pairs in lists': yaml(listOf('a: 1')),
  'YAML, comments': yaml(repeat('#x\n')),
  'field errors, members': check((size) => `[${objectOf(size)}]`),
  'field errors, oneOf': check((size) => `[${fill(size, () => `{"addons":[${'{"nam":1},'.repeat(63)}1]}`, ',')}]`),
  'field errors, types': check(listOf('1')),
  'field errors, repeats': check(textsOf, (allowedCidrs) => ({ clusters: [{ access: { allowedCidrs } }] })),
  suggestions: { prepare: repeat('m7i.xlarge'), run: (text: string) => offerNearest(text, machines) },
  'redactor, plain': redactor(repeat('cluster cl_01 in eu-central-1 ')),
  'redactor, words': redactor(repeat('password_secret-token_')),
  'redactor, open quotes': redactor(repeat('password="')),
  'redactor, backslashes': redactor((size) => `token: "${repeat('\\')(size)}`),
  'redactor, dashes': redactor(repeat('ey-')),
  'redactor, schemes': redactor(repeat('a.b://c:')),
  'redactor, keys': redactor(repeat('-----BEGIN PRIVATE KEY----- ')),
};

function time({ prepare, run }: Subject, size: number): number {
  const prepared = prepare(size) as never;
  run(prepared);
  const before = process.threadCpuUsage();
  for (let count = 1; ; count += 1) {
    run(prepared);
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= enough) return (user + system) / count / (size / 1024);
  }
}

const show = (values: readonly (number | string)[]): string =>
  values.map((value) => (typeof value === 'number' ? value.toFixed(1) : value).padStart(9)).join('');

let failed = false;
process.stdout.write(`${'µs a KiB at'.padEnd(24)}${show([...sizes.map((size) => `${size / 1024} KiB`), 'growth'])}\n`);
for (const [name, subject] of Object.entries(subjects)) {
  const tried = sizes.filter((size) => size <= (subject.most ?? Infinity));
  const costs = tried.map((size) => time(subject, size));
  const growth = (costs.at(-1) ?? 0) / (costs[tried.indexOf((tried.at(-1) ?? 0) / span)] ?? 0);
  const isBad = growth > mostGrowth;
  failed ||= isBad;
  process.stdout.write(
    `${name.padEnd(24)}${show([...costs, ...sizes.slice(tried.length).map(() => '-'), growth])}${isBad ? '  grows' : ''}\n`,
  );
}
if (failed) process.exitCode = 1;
