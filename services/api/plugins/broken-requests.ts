// Answers what never became a request: a method that HTTP does not know, or what is no HTTP at all.

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { createProblem, describeProblem, type Problem } from '../problems.ts';

/** What Node tells of it. `rawPacket` is what had arrived, as a buffer, whatever Fastify's types say. */
type ClientError = Error & { code?: string; rawPacket?: unknown };

/** Says how a request with an unknown method is refused at a path. */
export type MethodRefusal = (path: string, instance: string) => { problem: Problem; allow: readonly string[] };

const reasons: Readonly<Record<number, string>> = { 400: 'Bad Request', 404: 'Not Found', 405: 'Method Not Allowed' };

/** Makes the handler; the connection ends with the answer, for nobody knows where the next request would begin. */
export function createBrokenRequestHandler(refuseMethod: MethodRefusal) {
  return (error: ClientError, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    if (socket.writable) socket.write(writeAnswer(describeFailure(error, refuseMethod)));
    socket.destroy(error);
  };
}

function describeFailure(error: ClientError, refuseMethod: MethodRefusal): ReturnType<MethodRefusal> {
  const instance = `urn:uuid:${randomUUID()}`;
  if (error.code === 'HPE_INVALID_METHOD') {
    const sent = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.subarray(0, 1024).toString('latin1') : '';
    const path = /^[^\s/]+ (\/[^\s?]*)/.exec(sent)?.[1];
    if (path !== undefined) return refuseMethod(path, instance);
  }
  const detail =
    error.code === 'HPE_HEADER_OVERFLOW' ? 'The headers are too large.' : 'What was sent is not a request of HTTP/1.1.';
  return { problem: createProblem('invalid-parameter', detail, instance), allow: [] };
}

function writeAnswer({ problem, allow }: ReturnType<MethodRefusal>): string {
  const { status, headers = {}, contentType = '' } = describeProblem(problem);
  const body = JSON.stringify(problem);
  const lines = {
    ...headers,
    ...(allow.length === 0 ? {} : { allow: allow.join(', ') }),
    'content-type': `${contentType}; charset=utf-8`,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    connection: 'close',
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Error'}\r\n${head.join('')}\r\n${body}`;
}
