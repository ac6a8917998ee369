// Reads out of a stack's deployment what stands by its word: types, names and ids, and nothing that might be secret.

import type { Schemas } from '../contract/schemas.ts';

/** Something that stands. */
export type LeftResource = Schemas['LeftResource'];

/** A creation that nobody saw the end of, as the stack keeps it. */
type DoubtfulCreation = { resource?: Entry; replacing?: unknown };

type Entry = { urn?: unknown; type?: unknown; id?: unknown; custom?: unknown; external?: unknown };

/**
 * The resources of a Pulumi deployment (version 3) that a cloud, a cluster or a hub knows, in the order in which they were made, and those that were being made when
 * the last run ended, or whose creation is in doubt since an earlier one. What a stack only reads, and Pulumi's own bookkeeping, are no resources of it.
 */
export function listStanding(deployment: unknown, doubtful: readonly DoubtfulCreation[] = []): LeftResource[] {
  const { deployment: inner = {} } = (deployment ?? {}) as {
    deployment?: { resources?: unknown; pending_operations?: unknown };
  };
  const made = listEntries(inner.resources).filter(stands);
  const pending = listEntries(inner.pending_operations)
    .filter(({ type }) => type === 'creating')
    .map((operation) => (operation as { resource?: Entry }).resource ?? {})
    .filter(stands);
  // What the state knows by now is in no doubt, unless it is the one that was to be replaced.
  const doubted = doubtful
    .filter(
      ({ resource, replacing }) => !isAmong(pending, resource) && (replacing === true || !isAmong(made, resource)),
    )
    .map(({ resource = {} }) => resource)
    .filter(stands);
  return [...made.map(describe), ...[...pending, ...doubted].map((entry) => ({ ...describe(entry), id: null }))];
}

function listEntries(list: unknown): Entry[] {
  return Array.isArray(list) ? (list as Entry[]) : [];
}

function isAmong(entries: readonly Entry[], entry: Entry | undefined): boolean {
  return entries.some(({ urn }) => urn === entry?.urn);
}

function stands({ custom, external, type }: Entry): boolean {
  return custom === true && external !== true && !String(type).startsWith('pulumi:');
}

function describe({ urn, type, id }: Entry): LeftResource {
  const name = String(urn).split('::').at(-1) ?? '';
  return { type: String(type), name, id: typeof id === 'string' && id !== '' ? id : null };
}
