// The one table from the domain's error codes to problem documents (RFC 9457).

import { type ErrorCode, type ErrorDetail, FleetyardError, isFleetyardError } from '../domain/errors.ts';
import type { Schemas } from '../contract/schemas.ts';
import { bodyLimits } from './body/limits.ts';
import type { AnyAnswer } from './call.ts';

/** What only HTTP knows, beside the domain's codes. */
type HttpCode = 'invalid-parameter';

type ProblemType = { status: number; title: string };

/** Every problem type. A type's name is its code, is never reused, and is listed in the documentation. */
export const problemTypes = {
  'malformed-body': { status: 400, title: 'The body cannot be read' },
  'invalid-parameter': { status: 400, title: 'A parameter is wrong' },
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  forbidden: { status: 403, title: 'The token may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'The state of things forbids this' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'range-exhausted': { status: 409, title: 'A pool of addresses is exhausted' },
  'range-overlap': { status: 409, title: 'A range meets another one' },
  'in-use': { status: 409, title: 'It is still in use' },
  protected: { status: 409, title: 'It is protected' },
  'illegal-transition': { status: 409, title: 'The operation is past that' },
  'idempotency-in-flight': { status: 409, title: 'The first request with this key is still being served' },
  'precondition-failed': { status: 412, title: 'It has changed since it was read' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not taken here' },
  validation: { status: 422, title: 'The request is not valid' },
  'not-built-yet': { status: 422, title: 'The request uses what is not built yet' },
  'range-invalid': { status: 422, title: 'A range cannot be used' },
  'credential-mismatch': { status: 422, title: 'The credential does not fit' },
  'immutable-field': { status: 422, title: 'A field cannot be changed' },
  'idempotency-key-reused': { status: 422, title: 'The key was used for another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'lease-lost': { status: 500, title: 'The service failed' },
  internal: { status: 500, title: 'The service failed' },
  unavailable: { status: 503, title: 'A part that is needed is away' },
} as const satisfies Record<ErrorCode | HttpCode, ProblemType>;

/** A code that has a problem type. */
export type ProblemCode = keyof typeof problemTypes;

/** A problem document with what the answer's head needs. */
export type Problem = Schemas['Problem'];

/** A wrong path, query or header parameter. */
export class ParameterProblem extends Error {
  readonly errors: readonly { parameter: string; code: string; message: string }[];

  constructor(errors: readonly { parameter: string; code: string; message: string }[]) {
    super(errors.map(({ parameter, message }) => `${parameter} ${message}`).join('; '));
    this.name = 'ParameterProblem';
    this.errors = errors;
  }
}

/** The stable type of a code. */
export function problemTypeOf<Code extends ProblemCode>(code: Code): `urn:fleetyard:problem:${Code}` {
  return `urn:fleetyard:problem:${code}`;
}

/** Makes a problem document of a code, the words of this case, the wrong fields, and the calls that lead out. */
export function createProblem(
  code: ProblemCode,
  detail: string | undefined,
  instance: string,
  errors: Schemas['FieldError'][] = [],
  wayOut: readonly Schemas['Call'][] = [],
): Problem {
  const { status, title } = problemTypes[code];
  return {
    type: problemTypeOf(code),
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    instance,
    ...(errors.length === 0 ? {} : { errors }),
    ...(wayOut.length === 0 ? {} : { wayOut: [...wayOut] }),
  };
}

/** The problem document of anything that was thrown. What is not known becomes `internal` and says nothing more. */
export function describeError(error: unknown, instance: string): Problem {
  if (error instanceof FleetyardError) {
    const hidden = problemTypes[error.code].status === 500;
    const details = error.details.map(describeDetail);
    return createProblem(error.code, hidden ? undefined : error.message, instance, details, error.wayOut);
  }
  if (error instanceof ParameterProblem) {
    const errors = error.errors.map(({ parameter, code, message }) => ({ parameter, code, detail: message }));
    return createProblem('invalid-parameter', error.message, instance, errors);
  }
  const known = describeOutsideError(error);
  return known === undefined ? createProblem('internal', undefined, instance) : createProblem(...known, instance);
}

/** A problem as an answer, with the headers that its status asks for. */
export function describeProblem(problem: Problem, error?: unknown): AnyAnswer {
  const headers: Record<string, string> = {};
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="fleetyard"';
  if (problem.status === 429 || problem.status === 503) {
    headers['retry-after'] = String((isFleetyardError(error) ? error.retryAfterSeconds : undefined) ?? 5);
  }
  if (problem.type === 'urn:fleetyard:problem:idempotency-in-flight') headers['retry-after'] = '1';
  return { status: problem.status, headers, contentType: 'application/problem+json', body: problem };
}

function describeDetail({ pointer, code, message }: ErrorDetail): Schemas['FieldError'] {
  return { pointer, code, detail: message };
}

// Of the web server, and of the database's driver when the database is away or going down.
const outsideCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-body',
  FST_ERR_BAD_URL: 'invalid-parameter',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  ENOTFOUND: 'unavailable',
  ETIMEDOUT: 'unavailable',
  EPIPE: 'unavailable',
  CONNECT_TIMEOUT: 'unavailable',
  CONNECTION_CLOSED: 'unavailable',
  CONNECTION_ENDED: 'unavailable',
  CONNECTION_DESTROYED: 'unavailable',
  '53300': 'unavailable',
  '57P01': 'unavailable',
  '57P02': 'unavailable',
  '57P03': 'unavailable',
};

function describeOutsideError(error: unknown): [ProblemCode, string | undefined] | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const code = outsideCodes[String(error.code)];
  if (code === undefined) return undefined;
  if (code === 'unavailable') return [code, 'The database does not answer; try again.'];
  if (code === 'payload-too-large') return [code, `The body has more than ${bodyLimits.bytes} bytes.`];
  return [code, error instanceof Error ? error.message : undefined];
}
