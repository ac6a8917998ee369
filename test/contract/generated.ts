// What is generated from openapi.yaml is what would be generated now.
import { test } from 'tap';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const run = promisify(execFile);

test('The generated files', async (t) => {
  const script = fileURLToPath(new URL('../../services/contract/generate.ts', import.meta.url));
  await t.resolves(run(process.execPath, [script, '--check']), 'are up to date');
});
