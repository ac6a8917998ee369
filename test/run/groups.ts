// Which test files there are and which group each belongs to: the folder decides, the innermost first.
import { globSync, readFileSync } from 'node:fs';

/** A group of tests, by what it needs. */
export type Group = 'unit' | 'integration' | 'engine' | 'e2e';

/** In the order in which they run: what fails fastest comes first. */
export const GROUPS: readonly Group[] = ['unit', 'integration', 'engine', 'e2e'];

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
};

/** What a group needs and how long one of its files may take. */
export const NEEDS: Record<Group, { servers: boolean; pulumi: boolean; jobs: number; timeoutMs: number }> = {
  unit: { servers: false, pulumi: false, jobs: 2, timeoutMs: 180_000 },
  integration: { servers: true, pulumi: false, jobs: 2, timeoutMs: 300_000 },
  // One at a time: each starts a Pulumi CLI, plugins and a runner, which are two cores' worth of work by themselves.
  engine: { servers: true, pulumi: true, jobs: 1, timeoutMs: 600_000 },
  e2e: { servers: true, pulumi: true, jobs: 1, timeoutMs: 1_200_000 },
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
