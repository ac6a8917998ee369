// Reads texts that users hand over (YAML, JSON) so that no two parsers can read them differently.

import { Lexer, isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Node } from 'yaml';

/** What a strict document consists of. */
export type StrictValue = string | number | boolean | null | StrictValue[] | StrictFields;
export type StrictFields = Map<string, StrictValue>;

/** One wrong place of a document: `users[0].user.exec`; empty for the whole. */
export type TextFault = { path: string; message: string };

/** Parsing takes time by the token, so that a bound of these bounds it; a kubeconfig of one context has some hundred. */
const mostTokens = 4_000;
const deepest = 12;

/** What was read, or what is wrong. */
export type StrictReading = { fields: StrictFields; faults?: undefined } | { faults: TextFault[] };

/** Reads one YAML (or JSON) document with a mapping at its top: no second document, anchor, alias, tag, merge or key that is there twice. */
export function readStrictYaml(text: string): StrictReading {
  if (countTokens(text) > mostTokens)
    return fail('It is too long; hand over nothing but the one context that is meant.');
  const documents = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false, merge: false, strict: true });
  if (!Array.isArray(documents) || documents.length !== 1) return fail('It must be exactly one YAML document.');
  const [document] = documents;
  if (document === undefined || document.errors.length > 0) return fail('It is no YAML.');
  const { yaml, tags } = document.directives ?? {};
  const tagged = Object.keys(tags ?? {}).some((handle) => handle !== '!!');
  if (document.warnings.length > 0 || yaml?.explicit === true || tagged) return fail('It must have no directives.');
  const faults: TextFault[] = [];
  const value = convert(document.contents, '', 0, faults);
  if (faults.length > 0) return { faults };
  return value instanceof Map ? { fields: value } : fail('It must be a mapping.');
}

/** Reads a JSON object of texts; undefined when it is something else, or says a key twice. */
export function findFlatJson(text: string): Map<string, string> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const entries = Object.entries(parsed as Record<string, unknown>);
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return undefined;
  // In a flat object of texts each key is one text before a colon; JSON.parse keeps only the last of a name.
  const keys = text.match(/"(?:[^"\\]|\\.)*"\s*(?=:)/g) ?? [];
  return keys.length === entries.length ? new Map(entries) : undefined;
}

/** A text of the user's as a message may show it: short, and with nothing in it that looks like something else. */
export function quote(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return JSON.stringify(short).replaceAll(
    /[^\x20-\x7e…]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function countTokens(text: string): number {
  let count = 0;
  for (const _token of new Lexer().lex(text)) {
    count += 1;
    if (count > mostTokens) break;
  }
  return count;
}

function fail(message: string): { faults: TextFault[] } {
  return { faults: [{ path: '', message }] };
}

function convert(node: unknown, path: string, depth: number, faults: TextFault[]): StrictValue {
  const refuse = (message: string): null => {
    faults.push({ path, message });
    return null;
  };
  if (node === null || node === undefined) return null;
  if (isAlias(node)) return refuse('An alias is not allowed; write the value out.');
  const { anchor, tag } = node as Node & { anchor?: string; tag?: string };
  if (anchor !== undefined) return refuse('An anchor is not allowed; write the value out.');
  // The composer notes a tag only where one was written.
  if (tag !== undefined) return refuse('A tag is not allowed; write the plain value.');
  if (depth > deepest) return refuse('It is nested too deep.');
  if (isSeq(node)) return node.items.map((item, index) => convert(item, `${path}[${index}]`, depth + 1, faults));
  if (isMap(node)) return convertMap(node.items, path, depth, faults);
  if (!isScalar(node)) return refuse('It is no plain value.');
  const { value } = node;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
    return value;
  return refuse('It is no plain value.');
}

function convertMap(
  items: readonly { key: unknown; value: unknown }[],
  path: string,
  depth: number,
  faults: TextFault[],
): StrictFields {
  const fields: StrictFields = new Map();
  for (const { key, value } of items) {
    const name = isScalar(key) ? key.value : undefined;
    const { anchor, tag } = key as Node & { anchor?: string; tag?: string };
    if (typeof name !== 'string' || anchor !== undefined || tag !== undefined) {
      faults.push({ path, message: 'Every key must be a plain text.' });
      continue;
    }
    const at = path === '' ? showKey(name) : `${path}.${showKey(name)}`;
    if (name === '<<') faults.push({ path, message: 'Merging mappings is not allowed; write the fields out.' });
    else if (fields.has(name)) faults.push({ path: at, message: 'It is there twice.' });
    fields.set(name, convert(value, at, depth + 1, faults));
  }
  return fields;
}

function showKey(name: string): string {
  return /^[A-Za-z][A-Za-z0-9-]{0,40}$/.test(name) ? name : quote(name);
}
