// Checks the chains of the audit trail, and compares them with heads that were kept elsewhere.

import { type ChainFault, type ChainHead, findLinkFault } from '../domain/audit-chain.ts';
import type { AuditReader } from './read-audit-trail.ts';

/** What was found of one chain: the first fault, if any, and where it has come to. */
export type ChainReport = {
  chain: string;
  /** Links that were read. */
  links: number;
  /** Position behind which it begins: what was before it was cut off by retention. */
  start: number;
  head: ChainHead;
  /** Events that the linker has not come to. */
  waiting: number;
  fault: ChainFault | undefined;
};

/** Reads a chain to its end, or to its first fault. `kept` are heads of it from earlier. */
export async function checkChain(
  reader: AuditReader,
  chain: string,
  kept: readonly ChainHead[] = [],
): Promise<ChainReport> {
  const start = await reader.readStart(chain);
  const expected = new Map(kept.map(({ position, hash }) => [position, hash]));
  let head = start;
  const report = (fault?: ChainFault, waiting = 0): ChainReport => {
    return { chain, links: head.position - start.position, start: start.position, head, waiting, fault };
  };
  if (isReplaced(expected, start)) return report({ fault: 'replaced', position: start.position, eventId: null });
  for await (const links of reader.readLinks(chain)) {
    for (const link of links) {
      const fault = findLinkFault(head, link);
      if (fault !== undefined) return report(fault);
      head = link;
      if (isReplaced(expected, head)) {
        return report({ fault: 'replaced', position: head.position, eventId: link.eventId });
      }
    }
  }
  const beyond = Math.min(...[...expected.keys()].filter((position) => position > head.position));
  if (Number.isFinite(beyond)) return report({ fault: 'truncated', position: head.position + 1, eventId: null });
  const { waiting, lost, gone } = await reader.readUnlinked(chain);
  if (lost !== null) return report({ fault: 'unlinked', position: null, eventId: lost }, waiting);
  if (gone !== null) return report({ fault: 'removed', position: null, eventId: gone }, waiting);
  return report(undefined, waiting);
}

function isReplaced(expected: ReadonlyMap<number, Buffer>, { position, hash }: ChainHead): boolean {
  return expected.get(position)?.equals(hash) === false;
}
