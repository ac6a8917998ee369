// The table of variables: whatever the sources name is in it, and its page is what `npm run generate` writes.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { outsideVariables } from '../../services/config/outside-variables.ts';
import { variableGroups } from '../../services/config/variables.ts';

const root = new URL('../../', import.meta.url).pathname;
const rows = [...Object.values(variableGroups), outsideVariables].flatMap((group) => Object.keys(group));
/** What processes of ours tell each other. */
const between = [
  'FLEETYARD_STEP',
  'FLEETYARD_CONTROL_PLANE',
  'FLEETYARD_SIMULATOR_TOKEN',
  'FLEETYARD_SIMULATOR_ACCOUNT',
];
const sources = [
  ...globSync('{catalogue,services,stacks,plugins,toolchain}/**/*.{ts,mjs,sh}', { cwd: root }),
  'Dockerfile',
  'docker-compose.yml',
];

test('every variable of the sources has its row', async (t) => {
  t.equal(new Set(rows).size, rows.length, 'once');
  const named = new Set(
    sources.flatMap((file) => readFileSync(root + file, 'utf8').match(/\bFLEETYARD_[A-Z][A-Z_]*[A-Z]\b/g) ?? []),
  );
  const unknown = [...named].filter(
    (name) =>
      ![...rows, ...between].includes(name) &&
      !rows.includes(name.replace(/_FILE$/, '')) &&
      !/_(TEST|CHAOS|RATE)\b/.test(name),
  );
  t.same(unknown, []);
  t.same(
    rows.filter((name) => name.startsWith('FLEETYARD_') && !name.startsWith('FLEETYARD_RATE_') && !named.has(name)),
    [],
    'and what has a row is named somewhere',
  );
});

test('the page names every variable, and is up to date', async (t) => {
  const page = readFileSync(`${root}docs/configuration.md`, 'utf8');
  t.same(
    rows.filter((name) => !page.includes(`| \`${name}\` `)),
    [],
  );
  t.doesNotThrow(() => execFileSync(process.execPath, ['services/config/generate.ts', '--check'], { cwd: root }));
});
