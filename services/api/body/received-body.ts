// What is known of a body once it was read: its value, its hash, and what the contract says about it.

import type { FieldError } from '../../contract/field-errors.ts';
import type { EndpointName } from '../../contract/schemas.ts';
import type { EndpointValidator } from '../../contract/validator.ts';
import { hashBody } from './hash-body.ts';
import type { BodyLimits } from './limits.ts';
import { type BodyFormat, readBody } from './read-body.ts';

/** A text and what it is read for. */
export type BodyTask = {
  text: string;
  format: BodyFormat;
  /** Whose body it is. */
  endpoint: EndpointName;
  limits: BodyLimits;
  /** Whether its hash is needed. */
  hashed: boolean;
};

/** A body that was read. `value` is undefined when there was none; `hash` when nobody asked for it. */
export type ReceivedBody = { value: unknown; faults: FieldError[]; hash: Uint8Array | undefined };

/** Reads and checks a body; throws `malformed-body` or `payload-too-large`. */
export function receiveBody({ text, format, limits, hashed }: BodyTask, validator: EndpointValidator): ReceivedBody {
  const value = readBody(text, format, limits);
  return {
    value,
    faults: value === undefined ? [] : validator.checkBody(value),
    hash: hashed ? hashBody(value) : undefined,
  };
}
