// `npm run doctor`: says what is wrong with an installation, a line each with the mend.

import { parseArgs } from 'node:util';
import { readConfig, type Config } from '../config.ts';
import { createRedactor } from '../vault/redact.ts';
import { examine } from './examine.ts';
import { describeFinding, type Finding } from './finding.ts';

const usage = `Usage: npm run doctor -- [--as api | worker] [--json]

Looks at an installation with the environment of its API or of a worker, changes nothing, and ends within fifteen seconds
whatever is down. Each line says what was found and, behind the arrow, what mends it:

  ok       is well           MEND   is to be mended
  advice   worth knowing     -      could not be looked at; something else is in the way

Looked at: configuration, PostgreSQL and Redis, the schema, the logins and their rights, the master keys, the Pulumi CLI and
its plugins, the simulated clouds, clocks, room on disks, workers, operations that stand still, and the audit trail.

  --as api   leaves out what only the host of a worker needs: Pulumi, plugins, simulated clouds, disks
  --json     one object: { "well": …, "findings": [{ "subject", "standing", "says", "mend" }] }

Ends with 0 when nothing is to be mended, with 1 otherwise, and with 2 when it was asked wrongly.`;

const [somethingToMend, wronglyAsked] = [1, 2];

// Probes that were left behind may still wait for a server.
process.exit(await main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  const asked = readArguments(args);
  if (asked === undefined) {
    process.stderr.write(`${usage}\n`);
    return wronglyAsked;
  }
  if (asked.help) {
    await write(`${usage}\n`);
    return 0;
  }
  const { config, faults } = readConfig();
  const redact = createSafe(config);
  const findings = await examine({ config, faults, environment: config.runnerEnvironment, role: asked.role });
  const well = findings.every(({ standing }) => standing !== 'mend');
  const text = asked.json ? JSON.stringify({ well, findings }, undefined, 2) : describe(findings);
  await write(`${redact(text)}\n`);
  return well ? 0 : somethingToMend;
}

function describe(findings: readonly Finding[]): string {
  const toMend = findings.filter(({ standing }) => standing === 'mend').length;
  const end = toMend === 0 ? 'all well' : `${toMend} to be mended`;
  return [...findings.map(describeFinding), end].join('\n');
}

/** Nothing of what is told repeats a secret; this is the second line. */
function createSafe({ database, redis }: Config): (text: string) => string {
  const redactor = createRedactor();
  for (const url of [database.url, database.migrationUrl ?? '', redis.url]) {
    const { password = '' } = URL.parse(url) ?? {};
    redactor.register(password);
    redactor.register(decodeURIComponent(password));
  }
  return (text) => redactor.redactText(text);
}

function readArguments(args: string[]): { help: boolean; json: boolean; role: 'api' | 'worker' } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        as: { type: 'string', default: 'worker' },
      },
    });
    const { help, json, as: role } = values;
    return role === 'api' || role === 'worker' ? { help, json, role } : undefined;
  } catch {
    return undefined;
  }
}

function write(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
