// What is said of a step whose program spoke to servers of the user's choice: which of our own sentences fits, and nothing of theirs.

import type { EngineErrorClass } from '../../domain/engine-errors.ts';
import { classifyFailure } from '../../engine/classify-failure.ts';
import type { Redactor } from '../../vault/redact.ts';

/** What follows the name of whoever was spoken to. */
const sentences: Record<EngineErrorClass, string> = {
  credentials: 'refused the credential.',
  unreachable: 'could not be reached, or is not well.',
  throttled: 'refused the pace of calls.',
  conflict: 'says that something stands in the way.',
  capacity: 'has no room.',
  quota: 'says that a quota is used up.',
  invalid: 'refused an object.',
  deadline: 'took too long.',
  gone: 'lacks what the step needs: it was deleted.',
  internal: 'let the step fail.',
};

/** Replaces every text by a sentence of ours about whoever was spoken to; values are redacted as before. */
export function silenceStrangers(redactor: Redactor, strangers: string): Redactor {
  return { ...redactor, redactText: (text) => `${strangers} ${sentences[classifyFailure(text).class]}` };
}

/** A provider's code, when it is an HTTP status; words may have come from anywhere. */
export function findPlainCode(code: string): string | undefined {
  return /^\d{3}$/.test(code) ? code : undefined;
}
