// Writes the type of its items into each list of the contract that may hold nothing twice, where they are a reference.

import { findType } from './choose-branches.ts';
import type { ContractDocument, JsonSchema } from './document.ts';

/**
 * Ajv looks for repeated texts in one pass when it knows that they are texts, and does not look behind a reference for that: it would compare
 * each item with each other one. Schemas are rewritten in copies; the document is served as it is.
 */
export function typeLists(components: ContractDocument['components']): ContractDocument['components'] {
  return rewrite(components, components['schemas'] ?? {}) as ContractDocument['components'];
}

function rewrite(value: unknown, schemas: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((inner) => rewrite(inner, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewrite(inner, schemas)]));
  const { uniqueItems, items } = value as JsonSchema;
  if (uniqueItems !== true || typeof items !== 'object' || items === null) return copy;
  const type = findType(items, schemas);
  return type === undefined ? copy : { ...copy, items: { ...(copy['items'] as JsonSchema), type } };
}
