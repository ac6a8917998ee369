// Decides where a body is read: small ones here, large ones in a few threads, behind a bounded queue and a deadline.

import { Piscina } from 'piscina';
import type { EndpointName } from '../../contract/schemas.ts';
import type { EndpointValidator } from '../../contract/validator.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { BodyFormat } from './read-body.ts';
import { type BodyTask, type ReceivedBody, receiveBody } from './received-body.ts';
import type { ThreadAnswer } from './parsing-thread.ts';
import { createThreadLine } from './thread-line.ts';

/** Reads bodies until it is closed. */
export type BodyReader = {
  /** Throws `malformed-body`, `payload-too-large`, or `unavailable` when the threads have too much to do. */
  read(task: BodyTask): Promise<ReceivedBody>;
  close(): Promise<void>;
};

/** How the reader works; tests set it to see its bounds. */
export type BodyReaderOptions = {
  validators: Readonly<Record<EndpointName, EndpointValidator>>;
  /** Characters up to which a body is read on the main thread. */
  inline?: Readonly<Record<BodyFormat, number>>;
  threads?: number;
  /** Bodies that wait for a thread. */
  waiting?: number;
  /** From the arrival of a body to its value. */
  deadlineMs?: number;
  /** What the threads run. */
  thread?: URL;
};

// Measured: JSON takes about 40 µs a KiB with its checks and YAML 50, hostile YAML 300, and a thread's round trip half a millisecond.
const inlineCharacters: Readonly<Record<BodyFormat, number>> = { json: 32 * 1024, yaml: 8 * 1024 };
// The largest bodies take a tenth of a second, and their text, events and values 100 MiB.
const heapMiB = 256;
const idleMs = 30_000;

/** Makes a reader; its threads start with the first large body. */
export function createBodyReader(options: BodyReaderOptions): BodyReader {
  const { validators, inline = inlineCharacters, threads = 2, waiting = 32, deadlineMs = 10_000 } = options;
  const thread = options.thread ?? new URL('./parsing-thread.ts', import.meta.url);
  const line = createThreadLine({ places: threads, waiting });
  let pool: Piscina<BodyTask, ThreadAnswer> | undefined;
  const getPool = (): Piscina<BodyTask, ThreadAnswer> =>
    (pool ??= new Piscina({
      filename: thread.href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: idleMs,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    })
      // A thread that has no memory left in the moment of its deadline: its body was refused by then, and nobody else hears of it.
      .on('error', () => undefined));
  return {
    async read(task) {
      if (task.text.length <= inline[task.format]) return receiveBody(task, validators[task.endpoint]);
      const signal = AbortSignal.timeout(deadlineMs);
      await line.take(signal).catch(refuse);
      try {
        return open(await getPool().run(task, { signal }).catch(refuse));
      } finally {
        line.give();
      }
    },
    close: async () => pool?.destroy(),
  };
}

/** No place in the line, no time left (which ends the thread of a running body), or no memory. */
function refuse(cause: unknown): never {
  if (isOutOfMemory(cause)) {
    throw new FleetyardError('payload-too-large', 'The body is too large: it needs too much memory.', { cause });
  }
  throw new FleetyardError('unavailable', 'Too many large bodies are being read; try again.', { cause });
}

function open(answer: ThreadAnswer): ReceivedBody {
  if ('refused' in answer) {
    const { code, message, details } = answer.refused;
    // A body's fault is in the body: no call leads out of it.
    throw new FleetyardError(code, message, { details, wayOut: [] });
  }
  const { json, faults, hash } = answer;
  return { value: json === undefined ? undefined : JSON.parse(json), faults, hash };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
