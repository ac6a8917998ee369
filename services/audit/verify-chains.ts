// Checks chains and says what was found, for people or as JSON.

import { type ChainHead, formatHead, parseHead } from '../domain/audit-chain.ts';
import { checkChain, type ChainReport } from '../store/check-audit-trail.ts';
import type { AuditReader } from '../store/read-audit-trail.ts';

/** Heads that were kept, by chain; undefined when one of them is not a head. */
export function readHeads(texts: readonly string[]): Map<string, ChainHead[]> | undefined {
  const heads = new Map<string, ChainHead[]>();
  for (const text of texts) {
    const parsed = parseHead(text);
    if (parsed === undefined) return undefined;
    heads.set(parsed.chain, [...(heads.get(parsed.chain) ?? []), parsed.head]);
  }
  return heads;
}

/** Checks the chains and returns the exit code: 1 when one of them is broken. */
export async function verifyChains(
  reader: AuditReader,
  options: {
    chains: readonly string[];
    heads: ReadonlyMap<string, ChainHead[]>;
    json: boolean;
    write: (text: string) => void;
  },
): Promise<number> {
  const { chains, heads, json, write } = options;
  const reports: ChainReport[] = [];
  // A chain of which nothing is left is missed only by the head that was kept of it.
  for (const chain of new Set([...chains, ...heads.keys()])) {
    const report = await checkChain(reader, chain, heads.get(chain));
    reports.push(report);
    if (!json) write(`${describe(report)}\n`);
  }
  const holds = reports.every(({ fault }) => fault === undefined);
  if (json) write(`${JSON.stringify({ holds, chains: reports.map(shape) }, undefined, 2)}\n`);
  else write(holds ? `${reports.length} chains hold\n` : 'the trail is broken\n');
  return holds ? 0 : 1;
}

function describe({ chain, links, start, head, waiting, fault }: ChainReport): string {
  const place = fault?.position === null || fault === undefined ? '' : ` at ${fault.position}`;
  const event = fault?.eventId === null || fault === undefined ? '' : ` (${fault.eventId})`;
  if (fault !== undefined) return `${chain}: BROKEN${place}${event}: ${fault.fault}`;
  const cut = start === 0 ? '' : `, begins behind ${start}`;
  const left = waiting === 0 ? '' : `, ${waiting} wait for the linker`;
  return `${chain}: ${links} events${cut}${left}, head ${formatHead(chain, head)}`;
}

function shape({ chain, links, start, head, waiting, fault }: ChainReport): Record<string, unknown> {
  return { chain, events: links, start, head: formatHead(chain, head), waiting, fault: fault ?? null };
}
