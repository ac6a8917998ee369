// One reader of a stream: what it was given and has not taken, and how it ends.

import { Readable } from 'node:stream';
import type { EventPlace, Listener } from './shared-reader.ts';

/** Says a last word and ends; whoever takes nothing is cut off. */
export type Finish = (word: string) => void;

/** A stream, and the listener that fills it. */
export type GivenListener<Of extends EventPlace> = { stream: Readable; listener: Listener<Of>; finish: Finish };

/** Bytes that wait for a slow reader, beside what the socket holds. */
const bufferBytes = 64 * 1024;

/** Makes both; `wake` is called when a reader takes again that did not. */
export function createListener<Of extends EventPlace>(options: {
  last: Of;
  resourceId?: string | undefined;
  wake(): void;
}): GivenListener<Of> {
  let fullSince: number | undefined;
  let over = false;
  const stream = new Readable({
    highWaterMark: bufferBytes,
    read() {
      if (fullSince === undefined) return;
      fullSince = undefined;
      options.wake();
    },
  });
  const finish: Finish = (word) => {
    if (over || stream.destroyed) return;
    over = true;
    const takes = stream.push(word);
    stream.push(null);
    if (!takes) stream.destroy();
  };
  const listener: Listener<Of> = {
    last: options.last,
    resourceId: options.resourceId,
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
