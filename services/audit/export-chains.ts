// Writes linked events as lines of JSON, as fast as they are taken.

import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { AuditReader } from '../store/read-audit-trail.ts';

/** Writes every chain in its order; throws when a link's event is missing. */
export async function exportChains(reader: AuditReader, chains: readonly string[], to: Writable): Promise<number> {
  for (const chain of chains) {
    for await (const links of reader.readLinks(chain)) {
      for (const { position, hash, eventId, event } of links) {
        if (event === undefined) throw new Error(`${chain}: the event ${eventId} at ${position} is missing`);
        const line = { chain, position, hash: hash.toString('hex'), ...event };
        if (!to.write(`${JSON.stringify(line)}\n`)) await once(to, 'drain');
      }
    }
  }
  return 0;
}
