// `npm run generate`: docs/configuration.md from the table of variables and from what the reader of the configuration does with each;
// with `--check` it only says whether the page is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { loadHostConfig, readConfig } from '../config.ts';
import type { Reader } from './reader.ts';
import { outsideVariables } from './outside-variables.ts';
import { variableGroups, type Variable } from './variables.ts';

/** What a variable may hold, and what it is when it is not set, as its reader asks for it. */
type Asked = { kind: string; fallback: string };

const page = new URL('../../docs/configuration.md', import.meta.url).pathname;

/** A reader that notes what it is asked for, and says of everything optional that it is there. */
function createRecorder(): Reader & { asked: Map<string, Asked> } {
  const asked = new Map<string, Asked>();
  const note = (name: string, kind: string, fallback: string): void => {
    // Asked for twice, first whether it is there: the second says more.
    const before = asked.get(name);
    if (before === undefined) asked.set(name, { kind, fallback });
    else if (before.kind === 'text') asked.set(name, { kind, fallback: before.fallback });
  };
  const optional: Reader['optional'] = (name) => {
    note(name, 'text', 'none');
    return 'x';
  };
  return {
    asked,
    faults: [],
    optional,
    text(name, fallback, pattern) {
      note(name, pattern === undefined ? 'text' : `text like \`${pattern.source}\``, fallback);
      return fallback;
    },
    url(name, protocols, fallback) {
      const schemes = protocols.map((protocol) => `\`${protocol}//\``).join(' or ');
      note(name, `URL with ${schemes}`, fallback ?? '**required**');
      return fallback ?? `${protocols[0]}//user@host/name`;
    },
    integer(name, fallback, { min, max }) {
      note(name, `whole number, ${min} to ${max}`, String(fallback));
      return fallback;
    },
    number(name, fallback, { min, max }) {
      note(name, `number, ${min} to ${max}`, String(fallback));
      return fallback;
    },
    ranges(name) {
      note(name, 'list of addresses or ranges', 'none');
      return [];
    },
    list(name) {
      note(name, 'list of ranges', 'none');
      return [];
    },
    flag(name, fallback) {
      note(name, 'on or off', fallback ? 'on' : 'off');
      return fallback;
    },
    choice(name, fallback, choices) {
      note(name, choices.join(', '), fallback);
      return fallback;
    },
  };
}

/** What is read of the table, and by which commands; throws when a row is read by nobody, or says otherwise than what is done. */
function record(): Map<string, Asked> {
  const whole = createRecorder();
  readConfig({}, whole);
  const commands = createRecorder();
  loadHostConfig({}, commands);
  const rows = Object.values(variableGroups).flatMap((group) => Object.entries<Variable>(group));
  const faults = rows.flatMap(([name, { readers }]) => {
    if (!whole.asked.has(name)) return [`nobody reads ${name}`];
    const misled = readers.includes('commands') && !commands.asked.has(name);
    return misled ? [`commands on the host do not read ${name}`] : [];
  });
  if (faults.length > 0) throw new Error(`services/config/variables.ts: ${faults.join('; ')}`);
  return whole.asked;
}

function describeRow(
  name: string,
  { means, readers, unit, default: said }: Variable,
  asked: Asked | undefined,
): string {
  const local = `${resolve('.fleetyard')}/`;
  const plain = asked?.fallback.startsWith(local)
    ? `\`${asked.fallback.slice(local.length)}\` in FLEETYARD_DATA_DIR`
    : '';
  const value = said ?? (plain === '' ? (asked?.fallback ?? '') : plain);
  const kind = asked === undefined ? '' : [asked.kind, unit].filter((part) => part !== undefined).join('; ');
  return `| \`${name}\` | ${[means, kind, value, readers.join(', ')].map(escape).join(' | ')} |`;
}

function escape(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

function describePage(asked: Map<string, Asked>): string {
  const table = (rows: Readonly<Record<string, Variable>>): string[] => [
    '| variable | meaning | value | default | who acts on it |',
    '| --- | --- | --- | --- | --- |',
    ...Object.entries(rows).map(([name, variable]) => describeRow(name, variable, asked.get(name))),
  ];
  const groups = Object.entries(variableGroups).flatMap(([title, rows]) => [`## ${title}`, '', ...table(rows), '']);
  return [
    '# Configuration',
    '',
    '<!-- Made by `npm run generate` from services/config/variables.ts and services/config.ts. -->',
    '',
    'Everything is said by variables of the environment. Each variable X below may be given as X_FILE instead, the path of a file that',
    'holds its value, so that no secret need stand in an environment. What is wrong ends a start with code 2 and a line for each fault;',
    '`npm run doctor` tells the same of an installation that runs.',
    '',
    ...groups,
    '## Read elsewhere',
    '',
    'By the toolchain, by builds and by Compose; these have no X_FILE.',
    '',
    ...table(outsideVariables),
    '',
  ].join('\n');
}

const text = await format(describePage(record()), { ...(await resolveConfig(page)), parser: 'markdown' });
if (!process.argv.includes('--check')) {
  writeFileSync(page, text);
} else if (readFileSync(page, 'utf8') !== text) {
  process.stderr.write('docs/configuration.md is out of date\n');
  process.exitCode = 1;
}
