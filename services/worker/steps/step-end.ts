// How a step can end, whatever its kind.

import { engineErrorRules, type EngineErrorClass, type OperationError } from '../../domain/engine-errors.ts';
import { isFleetyardError } from '../../domain/errors.ts';
import { createRedactor } from '../../vault/redact.ts';

/**
 * The end of a step. `waiting` parks the operation until its children end; `died` means that it must be inspected first. `recorded`
 * says that the step's row has it already, written together with what it did.
 */
export type StepEnd =
  | { outcome: 'succeeded' | 'skipped'; status?: Record<string, unknown>; recorded?: true }
  | { outcome: 'failed'; error: OperationError; recorded?: true }
  | { outcome: 'cancelled' }
  | { outcome: 'waiting' }
  | { outcome: 'died'; detail: string };

/** What an engine says of the same; the class is that of a cloud that has no room, and the advice is not. */
const fullMachine = /^(ENOSPC|EDQUOT|no space left on device|disk quota exceeded)$/i;
const fullMachineAdvice =
  "The machine of the worker is full. Make room in the worker's work directory; the step is tried again.";

/** Describes a failure of a class, with what a person can do about it. */
export function describeFailure(
  errorClass: EngineErrorClass,
  message: string,
  found: { providerCode?: string; resource?: string } = {},
): OperationError {
  const isFull = errorClass === 'capacity' && fullMachine.test(found.providerCode ?? '');
  const advice = isFull ? fullMachineAdvice : engineErrorRules[errorClass].advice;
  return { class: errorClass, message, advice, ...found };
}

/** The stored error has the class under both of its names: `class` for the contract, `code` for the store. */
export function toStoredError(error: OperationError): OperationError & { code: string } {
  return { code: error.class, ...error };
}

/** Classes of what our own rooms throw while a step runs. */
const classOfCode: Record<string, EngineErrorClass> = {
  unavailable: 'unreachable',
  'credential-mismatch': 'credentials',
  validation: 'invalid',
  'not-built-yet': 'invalid',
  'not-found': 'gone',
  conflict: 'conflict',
};

// What the operating system says when the worker's own machine has no room left; it passes when somebody makes some.
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM']);

function isMachineFull(error: unknown): error is Error {
  return error instanceof Error && fullCodes.has((error as NodeJS.ErrnoException).code ?? '');
}

function describeFullMachine({ message }: Error): OperationError {
  return { class: 'capacity', message: `the worker has no room left: ${message}`, advice: fullMachineAdvice };
}

/** Knows the forms of tokens and keys, not the values of this step's own. */
const patterns = createRedactor();

/** A step that was stopped because it took too long. */
export function endOfDeadline(): StepEnd {
  return { outcome: 'failed', error: describeFailure('deadline', 'The step was stopped: it took longer than it may.') };
}

/** Turns what a step threw into its end; throws again what is not about the step, such as a lost lease. */
export function endOfError(error: unknown): StepEnd {
  if (isFleetyardError(error, 'lease-lost')) throw error;
  if (error instanceof Error && error.name === 'AbortError') return { outcome: 'cancelled' };
  if (isMachineFull(error)) return { outcome: 'failed', error: describeFullMachine(error) };
  const errorClass = isFleetyardError(error) ? (classOfCode[error.code] ?? 'internal') : 'internal';
  return { outcome: 'failed', error: describeFailure(errorClass, patterns.redactText((error as Error).message)) };
}
