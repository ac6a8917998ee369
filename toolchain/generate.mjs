// `npm run generate`: runs every generator; with `--check` they only say what is out of date.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const GENERATORS = [
  'services/contract/generate.ts',
  'services/config/generate.ts',
  'services/api/generate.ts',
  'services/simulator/clouds/schemas/generate.ts',
];
const root = dirname(import.meta.dirname);

for (const generator of GENERATORS) {
  if (!existsSync(join(root, generator))) continue;
  const { status } = spawnSync(process.execPath, [generator, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
