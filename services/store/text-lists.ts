// Lists of texts (`text[]`) as PostgreSQL writes them, the only array type that this room sends and reads.

/** `text[]` in PostgreSQL's catalogue; numbers of built-in types are fixed. */
const textArray = 1009;

/** An element that is quoted, or one that is not. */
const element = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs;

/** What the client is told of the type. */
export const textLists = { to: textArray, from: [textArray], serialize: writeTextList, parse: readTextList };

/** Writes a list as an array literal. */
export function writeTextList(texts: readonly (string | null)[]): string {
  return `{${texts.map((text) => (text === null ? 'null' : `"${text.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
}

/** Reads an array literal of one dimension. */
export function readTextList(literal: string): (string | null)[] {
  return [...literal.matchAll(element)].map(([, quoted, plain]) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, '$1');
    return plain === undefined || plain === 'NULL' ? null : plain;
  });
}
