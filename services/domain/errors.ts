// The one error family: a closed set of codes, which of them may be retried, and what each says about the request.

import type { Schemas } from '../contract/schemas.ts';

/** One wrong place of a request. */
export type ErrorDetail = {
  /** JSON pointer (RFC 6901) into the document as it was sent; empty for the whole document. */
  pointer: string;
  message: string;
  /** Stable, kebab-case; `validation` unless something more exact is known. */
  code: string;
  /** Calls that lead out, where mending this place is not the only way. */
  wayOut?: readonly Schemas['Call'][];
};

/** How many wrong places an error tells at most: enough to mend a document by. */
export const mostDetails = 100;

/**
 * Every code with whether the same call may succeed later without being changed. Codes are never renamed or reused:
 * the API publishes them in the type of its problem documents. Where the state of things is what refuses, rather than a fault of the
 * request, the calls that lead out have to be said.
 */
export const errorCodes = {
  validation: { retryable: false },
  'not-built-yet': { retryable: false },
  'not-found': { retryable: false },
  conflict: { retryable: false, leadsOut: true },
  'name-taken': { retryable: false, leadsOut: true },
  'range-exhausted': { retryable: false },
  'range-overlap': { retryable: false },
  'range-invalid': { retryable: false },
  'credential-mismatch': { retryable: false },
  'precondition-failed': { retryable: false },
  'immutable-field': { retryable: false },
  'in-use': { retryable: false, leadsOut: true },
  protected: { retryable: false, leadsOut: true },
  'idempotency-key-reused': { retryable: false },
  'idempotency-in-flight': { retryable: true },
  'lease-lost': { retryable: false },
  'illegal-transition': { retryable: false },
  unauthenticated: { retryable: false },
  forbidden: { retryable: false },
  'rate-limited': { retryable: true },
  'payload-too-large': { retryable: false },
  'unsupported-media-type': { retryable: false },
  'malformed-body': { retryable: false },
  'method-not-allowed': { retryable: false },
  unavailable: { retryable: true },
  internal: { retryable: false },
} as const satisfies Record<string, { retryable: boolean; leadsOut?: true }>;

/** A code of the family. */
export type ErrorCode = keyof typeof errorCodes;

/** A code that is never said without the calls that lead out. */
export type LeadingCode = {
  [Code in ErrorCode]: (typeof errorCodes)[Code] extends { leadsOut: true } ? Code : never;
}[ErrorCode];

/** What may be said about an error when it is made. */
export type ErrorOptions = {
  details?: readonly ErrorDetail[];
  cause?: unknown;
  retryable?: boolean;
  /** Calls that lead out of what is refused, the mildest first. */
  wayOut?: readonly Schemas['Call'][];
  /** When the same call may succeed. */
  retryAfterSeconds?: number;
};

/** The only error class that crosses rooms; it knows nothing of HTTP. */
export class FleetyardError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: readonly ErrorDetail[];
  readonly wayOut: readonly Schemas['Call'][];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & Required<Pick<ErrorOptions, 'wayOut'>>);
  constructor(code: Exclude<ErrorCode, LeadingCode>, message: string, options?: ErrorOptions);
  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FleetyardError';
    this.code = code;
    this.retryable = options.retryable ?? errorCodes[code].retryable;
    this.details = (options.details ?? []).slice(0, mostDetails);
    this.wayOut = options.wayOut ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Whether a caught value belongs to the family, and to the given code when one is named. */
export function isFleetyardError(value: unknown, code?: ErrorCode): value is FleetyardError {
  return value instanceof FleetyardError && (code === undefined || value.code === code);
}

/**
 * Throws one error that carries every detail, or returns when there is none. The error takes the code that all details
 * share when that is a code of the family, else `validation`.
 */
export function throwDetails(message: string, details: readonly ErrorDetail[]): void {
  if (details.length === 0) return;
  const codes = new Set(details.map((detail) => detail.code));
  const [only] = codes;
  const code = codes.size === 1 && only !== undefined && isErrorCode(only) ? only : 'validation';
  throw new FleetyardError(code, message, { details, wayOut: details.flatMap(({ wayOut = [] }) => wayOut) });
}

/** Whether a text is a code of the family. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
