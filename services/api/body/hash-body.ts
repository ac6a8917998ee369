// The hash by which two bodies are told apart, so that neither spaces nor the order of members make another one.

import { createHash } from 'node:crypto';

/** SHA-256 of a parsed body. */
export function hashBody(body: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(sortMembers(body)) ?? '')
    .digest();
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortMembers(inner)]),
  );
}
