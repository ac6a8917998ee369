// `npm run audit -- verify` and `npm run audit -- export`: the audit trail's chains, checked and taken elsewhere.

import { parseArgs } from 'node:util';
import { loadAuditConfig } from '../config.ts';
import { ConfigError } from '../process/config-error.ts';
import { openAuditReader, type AuditReader } from '../store/read-audit-trail.ts';
import { exportChains } from './export-chains.ts';
import { readHeads, verifyChains } from './verify-chains.ts';

const usage = `Usage: npm run audit -- verify [--project P] [--head H ...] [--json]
       npm run audit -- export [--project P]

verify checks the hash chain of every project, and of the platform, against the events that it links. It prints each
chain's head as chain:position:hash and ends with 0, or names the first broken place of each broken chain and ends
with 1. Keep heads elsewhere: given again with --head, they show that a chain was shortened or made anew.

  gap        a link is missing                    truncated  the chain ends before a head that was kept
  removed    the event of a link is missing       replaced   a link is not the one of a head that was kept
  altered    an event is not what was linked      unlinked   an event that no link stands for

export writes every linked event as a line of JSON, chain by chain in their order, with position and hash.

  --project P   only the chain of this project (id or name), or "platform"
  --head H      a head from earlier; may be given many times
  --json        one object with everything that was found

  DATABASE_URL  the server, as a user who may become fleetyard_system`;

const [couldNot, wronglyAsked] = [1, 2];

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const asked = readArguments(args);
  if (asked?.help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const heads = readHeads(asked?.heads ?? []);
  if (asked?.mode === undefined || heads === undefined) {
    process.stderr.write(`${usage}\n`);
    return wronglyAsked;
  }
  let reader: AuditReader | undefined;
  try {
    reader = await openAuditReader(loadAuditConfig().url);
    const chains = await chooseChains(reader, asked.project);
    const write = (text: string): boolean => process.stdout.write(text);
    if (asked.mode === 'export') return await exportChains(reader, chains, process.stdout);
    return await verifyChains(reader, { chains, heads, json: asked.json, write });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ConfigError ? wronglyAsked : couldNot;
  } finally {
    await reader?.close();
  }
}

async function chooseChains(reader: AuditReader, project: string | undefined): Promise<string[]> {
  const chains = await reader.listChains();
  if (project === undefined) return chains;
  const chain = (await reader.findProjectId(project)) ?? project;
  if (!chains.includes(chain)) throw new Error(`there is no project "${project}"`);
  return [chain];
}

type Asked = { help: boolean; mode: 'verify' | 'export' | undefined; project?: string; heads: string[]; json: boolean };

function readArguments(args: string[]): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        project: { type: 'string' },
        head: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
      },
    });
    const [mode, ...rest] = positionals;
    const known = rest.length === 0 && (mode === 'verify' || mode === 'export') ? mode : undefined;
    const { help, project, head, json } = values;
    return { help, mode: known, heads: head, json, ...(project === undefined ? {} : { project }) };
  } catch {
    return undefined;
  }
}
