// How what happens in a project is answered: as a stream, or as a list of what has happened.

import type { Readable } from 'node:stream';
import type { Schemas } from '../../contract/schemas.ts';
import { listPlacedEvents } from '../../store/project-events.ts';
import type { Tx } from '../../store/transaction.ts';
import type { Call } from '../call.ts';
import { describePlacedEvent } from '../describe-resources.ts';

type StreamCall = Pick<
  Call<'listProjectEvents'>,
  'parts' | 'caller' | 'getProjectId' | 'asProject' | 'headers' | 'query'
>;
type Answered =
  | { status: 200; headers: Record<string, string>; contentType: 'text/event-stream'; body: Readable }
  | { status: 200; body: Schemas['ProjectEventList'] };

/** Finds what the events are about, where that is not the whole project; throws `not-found`. */
type FindResource = (tx: Tx) => Promise<{ id: string }>;

const defaultLimit = 50;

/** Opens the stream where the caller was, or lists. */
export async function answerEvents(call: StreamCall, findResource?: FindResource): Promise<Answered> {
  const { parts, caller, headers, query } = call;
  const { 'last-event-id': last, accept = '' } = headers;
  const after = last === undefined ? query.after : String(last);
  if (accept.includes('application/json') && !accept.includes('text/event-stream'))
    return { status: 200, body: await listEvents(call, after ?? '0', findResource) };
  const owner = { tokenId: caller.id, projectId: call.getProjectId() };
  const body = await parts.streams.openProject(owner, {
    ...(findResource === undefined ? {} : { findResource }),
    ...(after === undefined ? {} : { after }),
  });
  // An intermediary that buffers would hold events back.
  return { status: 200, headers: { 'x-accel-buffering': 'no' }, contentType: 'text/event-stream', body };
}

function listEvents(
  { asProject, getProjectId, query: { limit = defaultLimit } }: StreamCall,
  after: string,
  findResource: FindResource | undefined,
): Promise<Schemas['ProjectEventList']> {
  return asProject(async (tx) => {
    const resource = await findResource?.(tx);
    const wanted = { projectId: getProjectId(), after, limit };
    const { rows } = await listPlacedEvents(
      tx,
      resource === undefined ? wanted : { ...wanted, resourceId: resource.id },
    );
    return { items: rows.map(describePlacedEvent), last: rows.at(-1)?.place ?? after };
  });
}
