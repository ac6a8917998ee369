// Conditional requests: the generation of a spec as ETag, and `If-Match`.

import type { IncomingHttpHeaders } from 'node:http';
import { FleetyardError } from '../domain/errors.ts';

/** The ETag of a generation. */
export function formatEtag(generation: number): string {
  return `"${generation}"`;
}

/** Throws `precondition-failed` when `If-Match` names other generations; undefined stands for a thing that is not there. */
export function checkIfMatch(headers: IncomingHttpHeaders, generation: number | undefined): void {
  const header = headers['if-match'];
  if (header === undefined) return;
  const wanted = header.split(',').map((tag) => tag.trim());
  if (generation !== undefined && (wanted.includes('*') || wanted.includes(formatEtag(generation)))) return;
  const now = generation === undefined ? 'does not exist' : `has ETag ${formatEtag(generation)}`;
  throw new FleetyardError('precondition-failed', `It ${now}; If-Match asked for ${header}.`);
}
