// A step of `npm run check`: asks the registry for advisories; where it does not answer, that is said and nothing is refused.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { judgeAdvisories, readAdvisories } from './advisories.mjs';
import { runCommand } from './run-command.mjs';

const accepted = JSON.parse(readFileSync(new URL('./advisories.json', import.meta.url), 'utf8'));
const { stdout } = await runCommand('npm', ['audit', '--json', '--audit=true', '--package-lock-only'], {
  cwd: dirname(import.meta.dirname),
  env: process.env,
  timeoutMs: 120_000,
});
const advisories = readAdvisories(stdout);
if (advisories === undefined) {
  process.stdout.write('notice: the registry does not answer for advisories, so none were looked at\n');
} else {
  const faults = judgeAdvisories(advisories, accepted, new Date().toISOString().slice(0, 10));
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
