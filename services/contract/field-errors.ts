// Turns what Ajv says into one entry a wrong field, with a JSON pointer and words for people.

import type { ErrorObject } from 'ajv/dist/2020.js';

/** One wrong field of a body. */
export type FieldError = { pointer: string; code: string; message: string };

/** Enough to mend a document by; more would only make the answer large. */
const mostFieldErrors = 100;

/** One entry for each wrong field, in the order of the document's checks, up to the most that an answer shows. */
export function listFieldErrors(errors: readonly ErrorObject[]): FieldError[] {
  const seen = new Map<string, FieldError>();
  for (const error of errors) {
    const entry = describeError(error);
    if (entry === undefined) continue;
    const key = `${entry.pointer}\n${entry.code}`;
    if (!seen.has(key)) seen.set(key, entry);
    if (seen.size === mostFieldErrors) break;
  }
  return [...seen.values()];
}

/** The pointer with one more token, escaped as RFC 6901 says. */
export function extendPointer(pointer: string, token: string): string {
  return `${pointer}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function describeError(error: ErrorObject): FieldError | undefined {
  const { instancePath: pointer, keyword } = error;
  const params = error.params as Record<string, unknown>;
  if (error.propertyName !== undefined) {
    return {
      pointer: extendPointer(pointer, error.propertyName),
      code: 'wrong-key',
      message: 'is not a key that may stand here',
    };
  }
  switch (keyword) {
    case 'if':
    case 'propertyNames':
      return undefined;
    case 'required':
      return {
        pointer: extendPointer(pointer, String(params['missingProperty'])),
        code: 'required',
        message: 'is missing',
      };
    case 'additionalProperties':
      return {
        pointer: extendPointer(pointer, String(params['additionalProperty'])),
        code: 'unknown-field',
        message: `is not a field here${knownFields(error)}`,
      };
    case 'type':
      return {
        pointer,
        code: 'wrong-type',
        message: `must be ${listWords(params['type'])}, not ${nameType(error.data)}`,
      };
    case 'enum':
      return {
        pointer,
        code: 'not-allowed',
        message: `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`,
      };
    case 'pattern':
    case 'format':
      return { pointer, code: 'wrong-form', message: `does not have the right form${giveExample(error)}` };
    case 'uniqueItems':
      return {
        pointer: `${pointer}/${String(params['i'])}`,
        code: 'duplicate',
        message: `repeats entry ${String(params['j'])}`,
      };
    default:
      return { pointer, code: 'out-of-bounds', message: error.message ?? 'is not valid' };
  }
}

function knownFields(error: ErrorObject): string {
  const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
  return known.length === 0 ? '' : `; those are ${known.join(', ')}`;
}

function giveExample(error: ErrorObject): string {
  const [example] = (error.parentSchema?.['examples'] as unknown[] | undefined) ?? [];
  const form = typeof error.schema === 'string' ? ` (${error.schema})` : '';
  return example === undefined ? form : `, such as ${String(example)}${form}`;
}

function listWords(type: unknown): string {
  const types = Array.isArray(type) ? type : String(type).split(',');
  return types.map((each) => withArticle(String(each))).join(' or ');
}

function nameType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return withArticle(typeof value);
}

function withArticle(type: string): string {
  if (type === 'null') return type;
  return `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}
