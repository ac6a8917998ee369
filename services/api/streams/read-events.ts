// What streams read from the store, as texts of server-sent events.

import { setTimeout as delay } from 'node:timers/promises';
import { isSettled } from '../../domain/operation.ts';
import { listEvents, type EventRow } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { getOperation } from '../../store/operations.ts';
import { listPlacedEvents, type Place, type PlacedEvent, readPlace } from '../../store/project-events.ts';
import type { Tx } from '../../store/transaction.ts';
import type { GivenListener } from './create-listener.ts';
import type { ReadEvents } from './shared-reader.ts';

/** What reading needs. */
export type ReadingOptions = {
  store: Pick<Store, 'asProject'>;
  describe(event: EventRow): unknown;
  describePlaced(event: PlacedEvent): unknown;
  /** How long one that catches up may take nothing. */
  stallMs: number;
};

const batch = 200;
/** How often it is asked whether one that catches up takes again. */
const fullMs = 20;

/** Events of an operation; throws `not-found`. */
export async function readOperation(
  { store, describe }: ReadingOptions,
  { projectId, operationId, after }: { projectId: string; operationId: string; after: number },
): Promise<ReadEvents<number>> {
  const { settled, rows } = await store.asProject(projectId, async (tx) => {
    // The state is read first: when it is settled, every event is among those read after it.
    const { state } = await getOperation(tx, operationId);
    return { settled: isSettled(state), rows: await listEvents(tx, { operationId, afterSeq: after, limit: batch }) };
  });
  const events = rows.map((row) => ({
    place: row.seq,
    text: `id: ${row.seq}\nevent: ${row.type}\ndata: ${JSON.stringify(describe(row))}\n\n`,
  }));
  return { settled, events, more: rows.length === batch };
}

/** Events of a project, or of one of its resources. */
export async function readProject(
  { store, describePlaced }: ReadingOptions,
  { projectId, after, resourceId }: { projectId: string; after: Place; resourceId?: string | undefined },
): Promise<ReadEvents<Place>> {
  const wanted = { projectId, after, limit: batch, ...(resourceId === undefined ? {} : { resourceId }) };
  const { rows, held } = await store.asProject(projectId, (tx) => listPlacedEvents(tx, wanted));
  const events = rows.map((row) => ({
    place: row.place,
    resourceId: row.resourceId,
    text: `id: ${row.place}\nevent: ${row.type}\ndata: ${JSON.stringify(describePlaced(row))}\n\n`,
  }));
  return { settled: false, events, more: rows.length === batch, held };
}

/** Where a stream begins, and what it is about. One whose place nobody here has come to begins now, and is told so. */
export async function findPlace(
  { store }: Pick<ReadingOptions, 'store'>,
  {
    projectId,
    after,
    findResource,
  }: { projectId: string; after?: Place | undefined; findResource?: ((tx: Tx) => Promise<{ id: string }>) | undefined },
): Promise<{ last: Place; resourceId: string | undefined; isReset: boolean }> {
  return store.asProject(projectId, async (tx) => {
    const resource = await findResource?.(tx);
    const { now, isReached } = await readPlace(tx, after);
    return { last: isReached ? (after ?? now) : now, resourceId: resource?.id, isReset: !isReached };
  });
}

/** Reads for one listener alone until it is near the others; it may be far behind them. */
export async function catchUp(
  options: ReadingOptions,
  { projectId, given, closing }: { projectId: string; given: GivenListener<Place>; closing: AbortSignal },
): Promise<void> {
  const { stream, listener } = given;
  const { resourceId } = listener;
  for (let more = true; more && !stream.destroyed && !closing.aborted;) {
    const { fullSince } = listener;
    if (fullSince !== undefined) {
      if (performance.now() - fullSince > options.stallMs) return listener.giveUp();
      await delay(fullMs);
      continue;
    }
    const read = await readProject(options, { projectId, after: listener.last, resourceId }).catch((error: unknown) => {
      // It resumes where it was.
      listener.giveUp();
      throw error;
    });
    for (const { place, text } of read.events) {
      if (listener.full) break;
      listener.last = place;
      listener.give(text);
    }
    more = read.more || listener.full;
  }
}
