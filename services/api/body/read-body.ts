// Reads a body of either format: limits first, then the parser.

import { type BodyLimits, malformed } from './limits.ts';
import { readYaml } from './read-yaml.ts';
import { scanJson } from './scan-json.ts';

/** The formats of bodies. */
export type BodyFormat = 'json' | 'yaml';

/** The value of a text; undefined for an empty one. Throws `malformed-body` or `payload-too-large`. */
export function readBody(text: string, format: BodyFormat, limits: BodyLimits): unknown {
  if (isBlank(text)) return undefined;
  if (format === 'yaml') return readYaml(text, limits);
  scanJson(text, limits);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser quotes what stands around the fault, which may be a secret.
    const said = (cause as Error).message.replace(/,? \.*".*/s, '');
    throw malformed(undefined, `The body is not valid JSON: ${said}.`);
  }
}

function isBlank(text: string): boolean {
  return !/\S/.test(text);
}
