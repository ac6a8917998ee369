// The open event streams of this process: bounded, read together, and ended with the token that opened them.

import type { Readable } from 'node:stream';
import type { EventRow } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import type { Place, PlacedEvent } from '../../store/project-events.ts';
import type { Tx } from '../../store/transaction.ts';
import { createListener, type Finish, type GivenListener } from './create-listener.ts';
import type { EventFeed } from './event-feed.ts';
import { getOperation } from '../../store/operations.ts';
import { catchUp, findPlace, readOperation, readProject, type ReadingOptions } from './read-events.ts';
import { type EventPlace, type ReadEvents, type SharedReader, startSharedReader } from './shared-reader.ts';
import { createStreamPlaces, type StreamBounds, type StreamOwner } from './stream-places.ts';

/** What the streams need. */
export type StreamOptions = ReadingOptions & {
  store: Pick<Store, 'asProject' | 'lookUps'>;
  feed: EventFeed;
  bounds: StreamBounds;
  /** The data of an event as readers of its operation see it. */
  describe(event: EventRow): unknown;
  /** The same for readers of a cluster or a project. */
  describePlaced(event: PlacedEvent): unknown;
  /** How often a quiet stream says that it lives. */
  heartbeatMs: number;
  /** How often the tokens of open streams are looked at: a stream outlives its token by that much. */
  tokenCheckMs: number;
  /** How long a reader may take nothing before its stream is closed; it resumes with the last id that it saw. */
  stallMs: number;
  /** Between two reads of a project, which is woken by whatever happens. */
  projectPauseMs: number;
  /** Aborted when the process ends. */
  closing: AbortSignal;
  onError(error: unknown): void;
};

/** The streams. Each throws `rate-limited` when there is no place. */
export type EventStreams = {
  /**
   * Takes a place, finds the operation, and streams its events from a number on: texts of server-sent events, comments while
   * nothing happens, `end` last when the operation has come to rest.
   */
  open(owner: StreamOwner, operation: string, afterSeq: number): Promise<Readable>;
  /** Streams what happens in a project, or to one of its resources, from a place on; from now on without one. It does not end by itself. */
  openProject(owner: StreamOwner, from: { after?: Place; findResource?: FindResource }): Promise<Readable>;
  /** How many are open. */
  count(): number;
};

/** Finds what a stream is about; throws `not-found`. */
type FindResource = (tx: Tx) => Promise<{ id: string }>;

const retryMs = 1000;

type Open = { owner: StreamOwner; finish: Finish };

/** Makes the registry of streams. */
export function createEventStreams(options: StreamOptions): EventStreams {
  const { closing } = options;
  const places = createStreamPlaces(options.bounds);
  const open = new Set<Open>();
  const endAll = (): void => {
    for (const { finish } of open) finish(': closing\n\n');
  };
  closing.addEventListener('abort', endAll, { once: true });
  const operations = createReaders<number>({
    ...options,
    pauseMs: 0,
    describeBeat: () => ': alive\n\n',
    watch: (operationId) => options.feed.watch(operationId),
    read: (projectId, operationId, after) => readOperation(options, { projectId, operationId, after }),
  });
  const projects = createReaders<Place>({
    ...options,
    pauseMs: options.projectPauseMs,
    // Resumes from here, also where nothing of its own happened for long.
    describeBeat: (last) => `id: ${last}\n: alive\n\n`,
    watch: () => options.feed.watchAll(),
    read: (projectId, _key, after) => readProject(options, { projectId, after }),
  });
  const checkTokens = createTokenCheck(options, open);

  const begin = async <Of extends EventPlace>(
    owner: StreamOwner,
    prepare: (wake: () => void) => Promise<Prepared<Of>>,
  ): Promise<Readable> => {
    const giveBack = places.take(owner);
    let reader: SharedReader<Of> | undefined;
    try {
      const { given, first, before, getReader } = await prepare(() => reader?.wake());
      const { stream, listener, finish } = given;
      const entry: Open = { owner, finish };
      open.add(entry);
      stream.once('close', () => {
        open.delete(entry);
        giveBack();
        reader?.leave(listener);
      });
      // The head goes out at once, so that the reader knows that it is connected.
      stream.push(first);
      const join = (): void => {
        if (stream.destroyed) return;
        reader = getReader();
        reader.join(listener);
      };
      if (closing.aborted) endAll();
      else if (before === undefined) join();
      else void before().then(join, options.onError);
      checkTokens();
      return stream;
    } catch (error) {
      giveBack();
      throw error;
    }
  };

  return {
    count: () => open.size,
    open: (owner, operation, afterSeq) =>
      begin<number>(owner, async (wake) => {
        const { projectId } = owner;
        const { id } = await options.store.asProject(projectId, (tx) => getOperation(tx, operation));
        const given = createListener<number>({ last: afterSeq, wake });
        return { given, first: ': connected\n\n', getReader: () => operations(projectId, id) };
      }),
    openProject: (owner, from) =>
      begin<Place>(owner, async (wake) => {
        const { projectId } = owner;
        const { last, resourceId, isReset } = await findPlace(options, { projectId, ...from });
        const given = createListener<Place>({ last, resourceId, wake });
        return {
          given,
          first: `: connected\nid: ${last}\n\n${isReset ? 'event: reset\ndata: {}\n\n' : ''}`,
          // What is far behind would be read for everybody.
          before: () => catchUp(options, { projectId, given, closing }),
          getReader: () => projects(projectId, projectId),
        };
      }),
  };
}

type Prepared<Of extends EventPlace> = {
  given: GivenListener<Of>;
  /** What it hears first. */
  first: string;
  /** What is done before it listens with the others. */
  before?: () => Promise<void>;
  getReader(): SharedReader<Of>;
};

/** Finds the reader that those who listen to the same share, or starts it. */
function createReaders<Of extends EventPlace>(
  options: Pick<StreamOptions, 'heartbeatMs' | 'stallMs' | 'onError' | 'closing'> & {
    pauseMs: number;
    describeBeat(last: Of): string;
    watch(key: string): ReturnType<EventFeed['watch']>;
    read(projectId: string, key: string, after: Of): Promise<ReadEvents<Of>>;
  },
): (projectId: string, key: string) => SharedReader<Of> {
  const readers = new Map<string, SharedReader<Of>>();
  return (projectId, key) => {
    const known = readers.get(key);
    if (known !== undefined) return known;
    const reader = startSharedReader<Of>({
      ...options,
      retryMs,
      watch: options.watch(key),
      read: (after) => options.read(projectId, key, after),
      onIdle: () => {
        if (readers.get(key) === reader) readers.delete(key);
      },
    });
    readers.set(key, reader);
    return reader;
  };
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
