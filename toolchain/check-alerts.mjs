// The step `alerts` of `npm run check`: promtool reads the alert rules, tries them on series that were made up, and reads what the dashboard asks for.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPromtool } from './promtool.mjs';
import { runCommand } from './run-command.mjs';

const deploy = join(dirname(import.meta.dirname), 'deploy');
const dashboard = join(deploy, 'grafana', 'fleetyard.json');

process.exitCode = await checkAlerts();

/** @returns {Promise<number>} the exit code */
async function checkAlerts() {
  let promtool;
  try {
    promtool = await findPromtool();
  } catch (error) {
    if (process.env.FLEETYARD_PROMTOOL) throw error;
    process.stdout.write(
      `notice: alert rules and dashboard were NOT checked: ${/** @type {Error} */ (error).message}\n`,
    );
    return 0;
  }
  const directory = mkdtempSync(join(tmpdir(), 'fleetyard-alerts-'));
  try {
    const asked = join(directory, 'dashboard.yaml');
    writeFileSync(asked, writeRules(listExpressions(JSON.parse(readFileSync(dashboard, 'utf8')))));
    for (const args of [
      ['check', 'rules', join(deploy, 'prometheus', 'alerts.yaml')],
      ['test', 'rules', join(deploy, 'prometheus', 'alerts.test.yaml')],
      ['check', 'rules', asked],
    ]) {
      const { code, stdout, stderr } = await runCommand(promtool, args, { timeoutMs: 120_000 });
      if (code === 0) continue;
      process.stderr.write(`promtool ${args.join(' ')}\n${stdout}${stderr}`);
      return 1;
    }
    return 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @param {unknown} value @returns {string[]} every expression in it, without what Grafana puts in */
function listExpressions(value) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'expr' ? [String(inner).replaceAll(/\$__(rate_)?interval/g, '5m')] : listExpressions(inner),
  );
}

/** @param {string[]} expressions @returns {string} a file of rules (JSON is YAML), for promtool reads nothing else */
function writeRules(expressions) {
  if (expressions.length === 0) throw new Error(`${dashboard} asks for nothing`);
  const rules = expressions.map((expr, index) => ({ record: `dashboard:${index}`, expr }));
  return JSON.stringify({ groups: [{ name: 'dashboard', rules }] });
}
