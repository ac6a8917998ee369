// Reads what the Automation API throws: the words that matter of it, and whether the CLI was ended by force.

import { hideSecrets } from './hide-secrets.ts';
import type { RunnerRequest } from './step-request.ts';

/** A failed CLI call repeats its command line and both streams; its own `error:` lines say what matters. */
export function explainError(error: unknown, { backendUrl, stack }: RunnerRequest): string {
  const text = hideSecrets(String(error), backendUrl, [stack.passphrase]);
  const lines = text.split('\n').filter((line) => line.startsWith('error: '));
  return lines.length === 0 ? text : [...new Set(lines)].map((line) => line.slice('error: '.length)).join('\n');
}

/** The signal that ended the CLI; undefined when it ended by itself, in order or not. */
export function findDeathSignal(error: unknown): string | undefined {
  const { commandResult } = error as { commandResult?: { err?: { signal?: unknown } } };
  const signal = commandResult?.err?.signal;
  return typeof signal === 'string' ? signal : undefined;
}
