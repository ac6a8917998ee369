import type { Handler } from '../call.ts';
import { answerEvents } from '../streams/answer-events.ts';

/** Streams or lists what happens in a project. */
export const listProjectEvents: Handler<'listProjectEvents'> = (call) => answerEvents(call);
