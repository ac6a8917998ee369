// What PostgreSQL's own errors mean to the rest of the house.

import postgres from 'postgres';
import { FleetyardError } from '../domain/errors.ts';
import { listNameOwner } from '../domain/ways-out.ts';

const uniqueViolation = '23505';
const exclusionViolation = '23P01';
const serializationFailure = '40001';
const deadlockDetected = '40P01';

function hasCode(error: unknown, code: string): error is postgres.PostgresError {
  return error instanceof postgres.PostgresError && error.code === code;
}

/** Whether the same transaction may succeed when it is simply run again. */
export function isTransient(error: unknown): boolean {
  return hasCode(error, serializationFailure) || hasCode(error, deadlockDetected);
}

// What the client says when there is no connection, and what the server says when it will not keep one.
// 25P03 is what a process hears that hung in the middle of a transaction.
const awayCodes = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  '25P03',
  '53300',
  '57P01',
  '57P02',
  '57P03',
]);

/** Whether the database could not be asked, or went away before it answered. */
export function isAway(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && awayCodes.has(code);
}

/** What the rest of the house is told of it. */
export function sayAway(cause: unknown): FleetyardError {
  return new FleetyardError('unavailable', 'The database does not answer.', { cause });
}

/** The error as the rest of the house is told of it, whatever it is about. */
export function explainAway(error: unknown): unknown {
  return isAway(error) ? sayAway(error) : error;
}

/** The code of the error that tells that every session is taken. */
export const allBusy = 'ALL_BUSY';

/** An error that tells of the connection, not of a statement. */
export function connectionError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const lockNotAvailable = '55P03';
const queryCanceled = '57014';

/** Whether the database is there, but something was waited for longer than it may: a lock, a statement, a session. */
export function isBusy(error: unknown): boolean {
  return (
    isLockTimeout(error) ||
    hasCode(error, queryCanceled) ||
    (error instanceof Error && (error as NodeJS.ErrnoException).code === allBusy)
  );
}

/** Whether a lock was waited for in vain. */
export function isLockTimeout(error: unknown): boolean {
  return hasCode(error, lockNotAvailable);
}

/** Whether the named unique index refused a row. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return hasCode(error, uniqueViolation) && error.constraint_name === constraint;
}

/** Whether two ranges of one address space would overlap. */
export function isRangeOverlap(error: unknown): boolean {
  return hasCode(error, exclusionViolation) && error.constraint_name === 'ranges_do_not_overlap';
}

/** Runs an insert and says `name-taken` when the named index refuses it. */
export async function claimName<T>(
  index: string,
  what: Parameters<typeof listNameOwner>[0],
  name: string,
  insert: () => Promise<T>,
): Promise<T> {
  try {
    return await insert();
  } catch (cause) {
    if (!isUniqueViolation(cause, index)) throw cause;
    throw refuseTakenName(what, name, cause);
  }
}

/** What is said of a name that a live resource has. */
export function refuseTakenName(
  what: Parameters<typeof listNameOwner>[0],
  name: string,
  cause?: unknown,
): FleetyardError {
  const message = `There is already a ${what} named "${name}".`;
  return new FleetyardError('name-taken', message, {
    cause,
    details: [{ pointer: '/name', message, code: 'name-taken' }],
    wayOut: listNameOwner(what, name),
  });
}
