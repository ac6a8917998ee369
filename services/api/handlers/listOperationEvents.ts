import { encodeCursor } from '../../store/pages.ts';
import { listEvents } from '../../store/events.ts';
import { getOperation } from '../../store/operations.ts';
import type { Handler } from '../call.ts';
import { describeEvent } from '../describe-resources.ts';

const defaultLimit = 500;

/** Streams an operation's events, or lists them when `Accept` asks for JSON. */
export const listOperationEvents: Handler<'listOperationEvents'> = async (call) => {
  const { path, query, headers, asProject, parts, caller } = call;
  const afterSeq = Number(headers['last-event-id'] ?? query.after ?? 0);
  const { accept = '' } = headers;
  if (accept.includes('application/json') && !accept.includes('text/event-stream')) {
    const limit = query.limit ?? defaultLimit;
    const rows = await asProject(async (tx) => {
      const { id } = await getOperation(tx, path.operation);
      return listEvents(tx, { operationId: id, afterSeq, limit });
    });
    const last = rows.at(-1);
    const nextCursor = rows.length < limit || last === undefined ? null : encodeCursor(String(last.seq));
    return { status: 200, body: { items: rows.map(describeEvent), nextCursor } };
  }
  const owner = { tokenId: caller.id, projectId: call.getProjectId() };
  const body = await parts.streams.open(owner, path.operation, afterSeq);
  // An intermediary that buffers would hold events back.
  return { status: 200, headers: { 'x-accel-buffering': 'no' }, contentType: 'text/event-stream', body };
};
