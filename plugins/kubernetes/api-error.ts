// What goes wrong with an API server: its refusals in its own words, and what keeps a call from reaching it.
import { isObject, type Properties } from '../kit/values.ts';
import { pluckList, pluckNumber, pluckText } from './object.ts';

/** An answer that is no success. */
export class ApiError extends Error {
  readonly status: number;
  /** Kubernetes' word for it, such as `AlreadyExists`. */
  readonly reason: string;
  readonly details: Properties;

  constructor(status: number, body: string) {
    const answer = parseStatus(body);
    const reason = pluckText(answer, 'reason') || (REASONS[status] ?? '');
    super(explain(status, reason, pluckText(answer, 'message')));
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    const { details } = answer;
    this.details = isObject(details) ? details : {};
  }
}

/** No answer came. */
export class UnreachableError extends Error {
  override name = 'UnreachableError';
}

/** The API server serves no such kind. */
export class NoMatchError extends Error {
  override name = 'NoMatchError';

  constructor({ apiVersion, kind }: { apiVersion: string; kind: string }) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

/** Whether the object, or what it stands in, is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether the namespace is what is missing. */
export function isNamespaceMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && pluckText(error.details, 'kind') === 'namespaces';
}

/** Whether a create met an object of its name. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'AlreadyExists';
}

/** Whether other managers own what an apply wants to change. */
export function isApplyConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.reason === 'Conflict';
}

/** Whether a field may not change. */
export function isImmutable(error: unknown): boolean {
  return error instanceof ApiError && error.status === 422 && error.message.includes('field is immutable');
}

/** The managers that stand against an apply, as the server names them. */
export function listConflicts(error: ApiError): string[] {
  return pluckList(error.details, 'causes').map((cause) => {
    const [field, message] = [pluckText(cause, 'field'), pluckText(cause, 'message')];
    return field === '' ? message : `${message}: ${field}`;
  });
}

/** Seconds after which the server wants to be asked again; undefined when it does not say. */
export function findRetryDelay(error: ApiError): number | undefined {
  return pluckNumber(error.details, 'retryAfterSeconds') || undefined;
}

const REASONS: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

const LONGEST = 4_000;

function explain(status: number, reason: string, message: string): string {
  // The server says only "Unauthorized"; clients put it in these words.
  if (status === 401) return `the server has asked for the client to provide credentials (${reason})`;
  const told = message || `the server answered with the status ${status}`;
  const shown = told.length > LONGEST ? `${told.slice(0, LONGEST)}…` : told;
  // The reason is what tells failures apart, and messages seldom have it.
  return reason === '' || reason === 'Invalid' || shown.includes(reason) ? shown : `${shown} (${reason})`;
}

function parseStatus(body: string): Properties {
  try {
    const answer = JSON.parse(body) as unknown;
    return isObject(answer) ? answer : {};
  } catch {
    // A proxy's page, for instance: its words are not the API server's.
    return {};
  }
}
