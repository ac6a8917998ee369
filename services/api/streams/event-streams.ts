// The open event streams of this process: bounded, read together, and ended with the token that opened them.

import { Readable } from 'node:stream';
import { isSettled } from '../../domain/operation.ts';
import { listEvents, type EventRow } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { getOperation } from '../../store/operations.ts';
import type { EventFeed } from './event-feed.ts';
import { startOperationReader, type Listener, type OperationReader, type ReadEvents } from './operation-reader.ts';
import { createStreamPlaces, type StreamBounds, type StreamOwner } from './stream-places.ts';

/** What the streams need. */
export type StreamOptions = {
  store: Pick<Store, 'asProject' | 'lookUps'>;
  feed: EventFeed;
  bounds: StreamBounds;
  /** The data of an event as readers see it. */
  describe(event: EventRow): unknown;
  /** How often a quiet stream says that it lives. */
  heartbeatMs: number;
  /** How often the tokens of open streams are looked at: a stream outlives its token by that much. */
  tokenCheckMs: number;
  /** How long a reader may take nothing before its stream is closed; it resumes with the last id that it saw. */
  stallMs: number;
  /** Aborted when the process ends. */
  closing: AbortSignal;
  onError(error: unknown): void;
};

/** The streams. */
export type EventStreams = {
  /**
   * Takes a place, finds the operation, and streams its events from a number on: texts of server-sent events, comments while
   * nothing happens, `end` last when the operation has come to rest. Throws `rate-limited` when there is no place.
   */
  open(owner: StreamOwner, operation: string, afterSeq: number): Promise<Readable>;
  /** How many are open. */
  count(): number;
};

const batch = 200;
const retryMs = 1000;
/** Bytes that wait for a slow reader, beside what the socket holds. */
const bufferBytes = 64 * 1024;

type Open = { owner: StreamOwner; finish: Finish };

/** Says a last word and ends; whoever takes nothing is cut off. */
type Finish = (word: string) => void;

/** Makes the registry of streams. */
export function createEventStreams(options: StreamOptions): EventStreams {
  const { store, closing } = options;
  const places = createStreamPlaces(options.bounds);
  const readers = new Map<string, OperationReader>();
  const open = new Set<Open>();
  const endAll = (): void => {
    for (const { finish } of open) finish(': closing\n\n');
  };
  closing.addEventListener('abort', endAll, { once: true });

  const getReader = (projectId: string, operationId: string): OperationReader => {
    const known = readers.get(operationId);
    if (known !== undefined) return known;
    const reader = startOperationReader({
      ...options,
      retryMs,
      watch: options.feed.watch(operationId),
      read: (afterSeq) => readEvents(options, { projectId, operationId, afterSeq }),
      onIdle: () => {
        if (readers.get(operationId) === reader) readers.delete(operationId);
      },
    });
    readers.set(operationId, reader);
    return reader;
  };
  const checkTokens = createTokenCheck(options, open);
  return {
    count: () => open.size,
    async open(owner, operation, afterSeq) {
      const giveBack = places.take(owner);
      try {
        const { id } = await store.asProject(owner.projectId, (tx) => getOperation(tx, operation));
        const reader = getReader(owner.projectId, id);
        const { stream, listener, finish } = createListener(afterSeq, reader);
        const entry: Open = { owner, finish };
        open.add(entry);
        stream.once('close', () => {
          open.delete(entry);
          giveBack();
          reader.leave(listener);
        });
        // The head goes out at once, so that the reader knows that it is connected.
        stream.push(': connected\n\n');
        if (closing.aborted) endAll();
        else reader.join(listener);
        checkTokens();
        return stream;
      } catch (error) {
        giveBack();
        throw error;
      }
    },
  };
}

async function readEvents(
  { store, describe }: StreamOptions,
  { projectId, operationId, afterSeq }: { projectId: string; operationId: string; afterSeq: number },
): Promise<ReadEvents> {
  const { settled, rows } = await store.asProject(projectId, async (tx) => {
    // The state is read first: when it is settled, every event is among those read after it.
    const { state } = await getOperation(tx, operationId);
    return { settled: isSettled(state), rows: await listEvents(tx, { operationId, afterSeq, limit: batch }) };
  });
  const events = rows.map((row) => ({
    seq: row.seq,
    text: `id: ${row.seq}\nevent: ${row.type}\ndata: ${JSON.stringify(describe(row))}\n\n`,
  }));
  return { settled, events, more: rows.length === batch };
}

function createListener(
  last: number,
  reader: OperationReader,
): { stream: Readable; listener: Listener; finish: Finish } {
  let fullSince: number | undefined;
  let over = false;
  const stream = new Readable({
    highWaterMark: bufferBytes,
    read() {
      if (fullSince === undefined) return;
      fullSince = undefined;
      reader.wake();
    },
  });
  const finish: Finish = (word) => {
    if (over || stream.destroyed) return;
    over = true;
    const takes = stream.push(word);
    stream.push(null);
    if (!takes) stream.destroy();
  };
  const listener: Listener = {
    last,
    get full() {
      return fullSince !== undefined;
    },
    get fullSince() {
      return fullSince;
    },
    give(text) {
      if (over || stream.destroyed) return;
      if (!stream.push(text)) fullSince ??= performance.now();
    },
    end: () => finish('event: end\ndata: {}\n\n'),
    giveUp: () => void stream.destroy(),
  };
  return { stream, listener, finish };
}

/** Makes the function that begins to look at the tokens of open streams, until there is none. */
function createTokenCheck(options: StreamOptions, open: ReadonlySet<Open>): () => void {
  let timer: NodeJS.Timeout | undefined;
  const check = async (): Promise<void> => {
    const ids = [...new Set([...open].map(({ owner }) => owner.tokenId))];
    try {
      const good = await options.store.lookUps.findLiveTokens(ids);
      for (const { owner, finish } of open) {
        // Tokens of streams that were opened meanwhile were not asked about.
        if (ids.includes(owner.tokenId) && !good.has(owner.tokenId)) finish(': the token is not good any more\n\n');
      }
    } catch (error) {
      options.onError(error);
    }
    timer = undefined;
    begin();
  };
  const begin = (): void => {
    if (timer !== undefined || open.size === 0 || options.closing.aborted) return;
    timer = setTimeout(() => void check(), options.tokenCheckMs).unref();
  };
  return begin;
}
