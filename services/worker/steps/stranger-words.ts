// What is said of a step whose program spoke to servers of the user's choice: which of our own sentences fits, and nothing of theirs.

import type { EngineErrorClass } from '../../domain/engine-errors.ts';
import { classifyFailure } from '../../engine/classify-failure.ts';
import type { Redactor } from '../../vault/redact.ts';

const sentences: Record<EngineErrorClass, string> = {
  credentials: 'The hub or the member refused the credential.',
  unreachable: 'The hub or the member could not be reached, or is not well.',
  throttled: 'The hub or the member refused the pace of calls.',
  conflict: 'The hub or the member says that something stands in the way.',
  capacity: 'The hub or the member has no room.',
  quota: 'A quota of the hub or of the member is used up.',
  invalid: 'The hub or the member refused an object.',
  deadline: 'The hub or the member took too long.',
  internal: 'The step failed at the hub or at the member.',
};

/** Replaces every text by a sentence of ours; values are redacted as before. */
export function silenceStrangers(redactor: Redactor): Redactor {
  return { ...redactor, redactText: (text) => sentences[classifyFailure(text).class] };
}

/** A provider's code, when it is an HTTP status; words may have come from anywhere. */
export function findPlainCode(code: string): string | undefined {
  return /^\d{3}$/.test(code) ? code : undefined;
}
