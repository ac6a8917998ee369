// Reads out of a stack's deployment what stands by its word: types, names and ids, and nothing that might be secret.

import type { Schemas } from '../contract/schemas.ts';

/** Something that stands. */
export type LeftResource = Schemas['LeftResource'];

type Entry = { urn?: unknown; type?: unknown; id?: unknown; custom?: unknown; external?: unknown };

/**
 * The resources of a Pulumi deployment (version 3) that a cloud, a cluster or a hub knows, in the order in which they were made, and those that were being made when
 * the last run ended. What a stack only reads, and Pulumi's own bookkeeping, are no resources of it.
 */
export function listStanding(deployment: unknown): LeftResource[] {
  const { deployment: inner = {} } = (deployment ?? {}) as {
    deployment?: { resources?: unknown; pending_operations?: unknown };
  };
  const made = listEntries(inner.resources).filter(stands).map(describe);
  const pending = listEntries(inner.pending_operations)
    .filter(({ type }) => type === 'creating')
    .map((operation) => (operation as { resource?: Entry }).resource ?? {})
    .filter(stands)
    .map((entry) => ({ ...describe(entry), id: null }));
  return [...made, ...pending];
}

function listEntries(list: unknown): Entry[] {
  return Array.isArray(list) ? (list as Entry[]) : [];
}

function stands({ custom, external, type }: Entry): boolean {
  return custom === true && external !== true && !String(type).startsWith('pulumi:');
}

function describe({ urn, type, id }: Entry): LeftResource {
  const name = String(urn).split('::').at(-1) ?? '';
  return { type: String(type), name, id: typeof id === 'string' && id !== '' ? id : null };
}
