// Which test files there are and which group each belongs to: the folder decides, the innermost first.
import { globSync, readFileSync } from 'node:fs';

/** A group of tests, by what it needs. */
export type Group = 'unit' | 'integration' | 'engine' | 'e2e' | 'kubernetes-short' | 'kubernetes';

/** In the order in which they run: what fails fastest comes first. */
export const GROUPS: readonly Group[] = ['unit', 'integration', 'engine', 'e2e', 'kubernetes-short'];

/** What a word of the command line runs. */
export const RUNS: Readonly<Record<string, readonly Group[]>> = {
  all: GROUPS,
  unit: ['unit'],
  integration: ['integration'],
  engine: ['engine'],
  e2e: ['e2e'],
  kubernetes: ['kubernetes-short', 'kubernetes'],
};

const FOLDERS: Record<string, Group> = {
  store: 'integration',
  queue: 'integration',
  api: 'integration',
  changes: 'integration',
  worker: 'integration',
  backup: 'integration',
  audit: 'integration',
  admin: 'integration',
  doctor: 'integration',
  'contract-fuzz': 'integration',
  integration: 'integration',
  engine: 'engine',
  'engine/without-pulumi': 'unit',
  e2e: 'e2e',
  chaos: 'e2e',
  'chaos/judge': 'unit',
  hosts: 'e2e',
  kubernetes: 'kubernetes',
  'kubernetes/short': 'kubernetes-short',
};

/** What a group needs. */
export type Needs = {
  servers: boolean;
  pulumi: boolean;
  /** The programs of local control planes and of Karmada. */
  programs: boolean;
  jobs: number;
  /** How long one of its files may take. */
  timeoutMs: number;
};

const nothing = { servers: false, pulumi: false, programs: false, jobs: 2 };
// One at a time: each starts a Pulumi CLI, plugins and a runner, which are two cores' worth of work by themselves.
const engine = { ...nothing, servers: true, pulumi: true, jobs: 1 };
const kubernetes = { ...engine, programs: true };

/** What each group needs. */
export const NEEDS: Record<Group, Needs> = {
  unit: { ...nothing, timeoutMs: 180_000 },
  integration: { ...nothing, servers: true, timeoutMs: 300_000 },
  engine: { ...engine, timeoutMs: 600_000 },
  e2e: { ...engine, timeoutMs: 1_200_000 },
  'kubernetes-short': { ...kubernetes, timeoutMs: 600_000 },
  kubernetes: { ...kubernetes, timeoutMs: 1_200_000 },
};

/** The test files of a group whose path contains one of the patterns (all files when there is none), sorted. */
export function findTestFiles(
  root: string,
  group: Group,
  { patterns, properties }: { patterns: string[]; properties: boolean },
): string[] {
  return globSync('test/**/*.ts', { cwd: root })
    .filter((path) => getGroup(path) === group && isTestFile(`${root}/${path}`))
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern.replace(/^\.\//, ''))))
    .filter((path) => !properties || holdsProperties(`${root}/${path}`))
    .sort();
}

function getGroup(path: string): Group {
  const folders = path.split('/').slice(1, -1);
  while (folders.length > 0) {
    const group = FOLDERS[folders.join('/')];
    if (group !== undefined) return group;
    folders.pop();
  }
  return 'unit';
}

function holdsProperties(path: string): boolean {
  return readFileSync(path, 'utf8').includes("/helpers/properties.ts'");
}

/** Fixtures and helpers live beside tests; only a test takes more than types from tap. */
function isTestFile(path: string): boolean {
  return /^import (?!type\b)[^;]*from 'tap';/m.test(readFileSync(path, 'utf8'));
}
