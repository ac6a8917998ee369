// Conditional requests: the generation of a spec as ETag, and `If-Match`.

import type { IncomingHttpHeaders } from 'node:http';
import type { WantedGeneration } from '../changes/wanted-generation.ts';

/** The ETag of a generation. */
export function formatEtag(generation: number): string {
  return `"${generation}"`;
}

/** The generations that `If-Match` names; undefined without one. A tag that no generation has, such as a weak one, names none. */
export function readIfMatch(headers: IncomingHttpHeaders): WantedGeneration | undefined {
  const header = headers['if-match'];
  if (header === undefined) return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.includes('*')) return { any: true };
  const generations = tags.flatMap((tag) => {
    const number = /^"([1-9]\d*)"$/.exec(tag)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  return { generations };
}
