// Runs in a process of its own: reads and checks one large body at a time, so that the API serves others meanwhile.

import { createValidators } from '../../contract/validator.ts';
import { type ErrorDetail, FleetyardError } from '../../domain/errors.ts';
import { type BodyTask, type ReceivedBody, receiveBody } from './received-body.ts';

/** What such a process says. The value goes as JSON: the API parses that faster than it would take over a copy. */
export type Answer =
  | { json: string | undefined; faults: ReceivedBody['faults']; hash: Uint8Array | undefined }
  | { refused: { code: FleetyardError['code']; message: string; details: readonly ErrorDetail[] } };

const validators = createValidators();

/** Answers one task; a refusal is an answer, for errors lose their class on the way. */
export default function answerTask(task: BodyTask): Answer {
  try {
    const { value, faults, hash } = receiveBody(task, validators[task.endpoint]);
    // A body with faults is not looked at any further.
    const json = value === undefined ? undefined : JSON.stringify(faults.length > 0 ? null : value);
    return { json, faults, hash };
  } catch (error) {
    if (!(error instanceof FleetyardError)) throw error;
    const { code, message, details } = error;
    return { refused: { code, message, details } };
  }
}
