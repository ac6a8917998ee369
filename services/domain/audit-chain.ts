// The hash chain over audit events: how one link follows from the one before, and how a chain is found to be broken.

import { createHash } from 'node:crypto';
import { type AuditEvent, auditFields, nameChain } from './audit.ts';

/** Where a chain has come to. */
export type ChainHead = { position: number; hash: Buffer };

/** One link with its event, as it is read for the check; either may be gone. */
export type ReadLink = ChainHead & { eventId: string; event: AuditEvent | undefined };

/** Why a chain does not hold: a link is missing, its event is missing, or one of them is not what was linked. */
export type ChainFault = {
  fault: 'gap' | 'removed' | 'altered' | 'truncated' | 'replaced' | 'unlinked';
  position: number | null;
  eventId: string | null;
};

const version = 1;

/** What stands before the first link. */
export const emptyHead: ChainHead = { position: 0, hash: Buffer.alloc(32) };

/** The link that an event makes after a head. */
export function linkEvent(head: ChainHead, event: AuditEvent): ChainHead {
  const position = head.position + 1;
  const hash = createHash('sha256').update(head.hash).update(serialise(position, event)).digest();
  return { position, hash };
}

/** One text for one event: a JSON list of its fields in a fixed order, with where it is. */
export function serialise(position: number, event: AuditEvent): string {
  const fields = auditFields.map((name) => (name === 'at' ? event.at.toISOString() : event[name]));
  return JSON.stringify([version, nameChain(event.projectId), position, ...fields]);
}

/** Says what is wrong with a link after a head, or undefined. */
export function findLinkFault(head: ChainHead, link: ReadLink): ChainFault | undefined {
  const { position, eventId, event } = link;
  if (position !== head.position + 1) return { fault: 'gap', position: head.position + 1, eventId: null };
  if (event === undefined) return { fault: 'removed', position, eventId };
  if (!linkEvent(head, event).hash.equals(link.hash)) return { fault: 'altered', position, eventId };
  return undefined;
}

/** A head as people keep it elsewhere: `chain:position:hash`. */
export function formatHead(chain: string, { position, hash }: ChainHead): string {
  return `${chain}:${position}:${hash.toString('hex')}`;
}

/** Reads what `formatHead` wrote; undefined for anything else. */
export function parseHead(text: string): { chain: string; head: ChainHead } | undefined {
  const [, chain, position, hash] = /^([a-z0-9_]{1,64}):(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (chain === undefined || position === undefined || hash === undefined) return undefined;
  return { chain, head: { position: Number(position), hash: Buffer.from(hash, 'hex') } };
}
