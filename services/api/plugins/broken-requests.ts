// Answers what never became a request: a method that HTTP does not know, or what is no HTTP at all.

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { createProblem, describeProblem, type Problem } from '../problems.ts';
import { answerClientError, endWith } from '../../http/bounded-server.ts';

/** What Node tells of it. `rawPacket` is what had arrived, as a buffer, whatever Fastify's types say. */
type ClientError = NodeJS.ErrnoException & { rawPacket?: unknown };

/** Says how a request with an unknown method is refused at a path. */
export type MethodRefusal = (path: string, instance: string) => { problem: Problem; allow: readonly string[] };

/** Makes the handler; the connection ends with the answer, for nobody knows where the next request would begin. */
export function createBrokenRequestHandler(refuseMethod: MethodRefusal) {
  return (error: ClientError, socket: Socket): void => {
    const refusal = describeFailure(error, refuseMethod);
    if (refusal === undefined || !socket.writable || socket.bytesWritten > 0) return answerClientError(error, socket);
    const { problem, allow } = refusal;
    const { status, headers = {} } = describeProblem(problem);
    endWith(socket, status, {
      headers: { ...headers, ...(allow.length === 0 ? {} : { allow: allow.join(', ') }), 'cache-control': 'no-store' },
      body: problem,
    });
  };
}

/** Undefined for what has a status of its own, such as headers that are too large or come too late. */
function describeFailure(error: ClientError, refuseMethod: MethodRefusal): ReturnType<MethodRefusal> | undefined {
  const { code = '' } = error;
  const instance = `urn:uuid:${randomUUID()}`;
  if (code === 'HPE_INVALID_METHOD') {
    const sent = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.subarray(0, 1024).toString('latin1') : '';
    const path = /^[^\s/]+ (\/[^\s?]*)/.exec(sent)?.[1];
    if (path !== undefined) return refuseMethod(path, instance);
  }
  if (!code.startsWith('HPE_') || code.endsWith('_OVERFLOW')) return undefined;
  return {
    problem: createProblem('invalid-parameter', 'What was sent is not a request of HTTP/1.1.', instance),
    allow: [],
  };
}
