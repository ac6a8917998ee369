// Rewrites each `oneOf` whose branches are of different types, so that a value is only held against the branch of its own type.

import type { ContractDocument, JsonSchema } from './document.ts';

type Schemas = Readonly<Record<string, unknown>>;

/**
 * Ajv would check every branch, and tell the faults of all of them. A value of no branch's type gets one fault instead: its type. Schemas are
 * rewritten in copies; the document is served as it is.
 */
export function chooseBranches(components: ContractDocument['components']): ContractDocument['components'] {
  return rewrite(components, components['schemas'] ?? {}) as ContractDocument['components'];
}

function rewrite(value: unknown, schemas: Schemas): unknown {
  if (Array.isArray(value)) return value.map((inner) => rewrite(inner, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewrite(inner, schemas)]));
  const branches = (value as JsonSchema)['oneOf'];
  if (!Array.isArray(branches)) return copy;
  const types = branches.map((branch) => findType(branch, schemas));
  if (types.some((type) => type === undefined) || new Set(types).size < types.length) return copy;
  const { oneOf, ...rest } = copy;
  const choices = (oneOf as unknown[]).map((branch, index) => ({ if: { type: types[index] }, then: branch }));
  return { ...rest, type: types, allOf: choices };
}

/** The one type of a schema, or of what it refers to. */
export function findType(schema: unknown, schemas: Schemas): string | undefined {
  const { $ref, type } = schema as { $ref?: string; type?: unknown };
  const found = $ref === undefined ? type : (schemas[$ref.slice($ref.lastIndexOf('/') + 1)] as JsonSchema)['type'];
  return typeof found === 'string' ? found : undefined;
}
