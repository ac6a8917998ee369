// Reads bodies: JSON or YAML, within limits of depth, list length and size after aliases are expanded.

import type { FastifyInstance } from 'fastify';
import { parseDocument } from 'yaml';
import { FleetyardError } from '../../domain/errors.ts';

/** What a body may hold. */
export type BodyLimits = {
  /** Bytes as sent. */
  bytes: number;
  /** Objects and lists inside each other. */
  depth: number;
  /** Entries of one list or members of one object. */
  entries: number;
  /** Values in all, each time that an alias stands for them. */
  values: number;
};

/** Generous for a fleet of two hundred clusters, small for the memory of the process. */
export const bodyLimits: BodyLimits = { bytes: 1024 * 1024, depth: 32, entries: 1000, values: 100_000 };

// An alias that is used more often than this is not a saving of words any more.
const mostAliases = 100;

/** Replaces the web server's own parsers. */
export function installBodyParsers(app: FastifyInstance, limits: BodyLimits = bodyLimits): void {
  const parsers = [
    { types: ['application/json'], parse: parseJson },
    { types: ['application/yaml', 'application/x-yaml', 'text/yaml'], parse: parseYaml },
  ];
  app.removeAllContentTypeParsers();
  for (const { types, parse } of parsers) {
    app.addContentTypeParser(types, { parseAs: 'string', bodyLimit: limits.bytes }, (_request, text, done) => {
      try {
        done(null, readBody(String(text), parse, limits));
      } catch (error) {
        done(error as Error);
      }
    });
  }
}

/** Parses a text and checks the limits; undefined for an empty text. */
export function readBody(text: string, parse: (text: string) => unknown, limits: BodyLimits): unknown {
  if (text.trim() === '') return undefined;
  const value = parse(text);
  checkLimits(value, limits);
  return value;
}

/** Parses JSON; throws `malformed-body`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FleetyardError('malformed-body', `The body is not valid JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Parses one YAML document; throws `malformed-body`, or `payload-too-large` when its aliases explode. */
export function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, strict: true });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) throw new FleetyardError('malformed-body', `The body is not valid YAML: ${fault.message}`);
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (cause) {
    if (cause instanceof FleetyardError) throw cause;
    if (cause instanceof ReferenceError) {
      throw new FleetyardError('payload-too-large', 'The aliases of the YAML document expand to too much.', { cause });
    }
    // Too deep for the parser's stack, or not a document at all.
    throw new FleetyardError('malformed-body', `The body is not valid YAML: ${(cause as Error).message}`, { cause });
  }
}

type Place = { value: unknown; depth: number; pointer: string };

/** Walks without recursion, so that no depth can exhaust the stack. */
function checkLimits(root: unknown, limits: BodyLimits): void {
  const waiting: Place[] = [{ value: root, depth: 0, pointer: '' }];
  let seen = 0;
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    seen += 1;
    if (seen > limits.values) throw tooLarge('', `it holds more than ${limits.values} values`);
    const { value, depth, pointer } = place;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= limits.depth) throw tooLarge(pointer, `it is more than ${limits.depth} levels deep`);
    const entries = Object.entries(value);
    if (entries.length > limits.entries) throw tooLarge(pointer, `it has more than ${limits.entries} entries`);
    for (const [key, inner] of entries) {
      const here = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (key === '__proto__') throw malformedKey(here);
      waiting.push({ value: inner, depth: depth + 1, pointer: here });
    }
  }
}

function tooLarge(pointer: string, what: string): FleetyardError {
  const message = `The body is too large: ${what}.`;
  return new FleetyardError('payload-too-large', message, {
    details: [{ pointer, message, code: 'payload-too-large' }],
  });
}

function malformedKey(pointer: string): FleetyardError {
  const message = 'A key may not be __proto__.';
  return new FleetyardError('malformed-body', message, { details: [{ pointer, message, code: 'malformed-body' }] });
}
