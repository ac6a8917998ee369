// Decides where a body is read: small ones here, large ones in a few processes, behind a bounded line and a deadline. Processes and not
// threads: a thread that runs out of memory may take the whole process with it, whatever its own limit is.

import { Tinypool } from 'tinypool';
import type { EndpointName } from '../../contract/schemas.ts';
import type { EndpointValidator } from '../../contract/validator.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { BodyFormat } from './read-body.ts';
import { type BodyTask, type ReceivedBody, receiveBody } from './received-body.ts';
import type { Answer } from './reading-process.ts';
import { createWaitingLine } from './waiting-line.ts';

/** Reads bodies until it is closed. */
export type BodyReader = {
  /** Throws `malformed-body`, `payload-too-large`, or `unavailable` when the processes have too much to do. */
  read(task: BodyTask): Promise<ReceivedBody>;
  close(): Promise<void>;
};

/** How the reader works; tests set it to see its bounds. */
export type BodyReaderOptions = {
  validators: Readonly<Record<EndpointName, EndpointValidator>>;
  /** Characters up to which a body is read in this process. */
  inline?: Readonly<Record<BodyFormat, number>>;
  processes?: number;
  /** Bodies that wait for a process. */
  waiting?: number;
  /** From the arrival of a body to its value. */
  deadlineMs?: number;
  /** What the processes run. */
  program?: URL;
};

// Measured: JSON takes about 40 µs a KiB with its checks and YAML 50, hostile YAML 300, and the round trip to a process a millisecond.
const inlineCharacters: Readonly<Record<BodyFormat, number>> = { json: 32 * 1024, yaml: 8 * 1024 };
// The largest bodies take a tenth of a second, and their text, events and values 100 MiB.
const heapMiB = 256;
const idleMs = 30_000;

/** Makes a reader; its processes start with the first large body, and end when they have had nothing to do for a while. */
export function createBodyReader(options: BodyReaderOptions): BodyReader {
  const { validators, inline = inlineCharacters, processes = 2, waiting = 32, deadlineMs = 10_000 } = options;
  const program = options.program ?? new URL('./reading-process.ts', import.meta.url);
  const line = createWaitingLine({ places: processes, waiting });
  let pool: Tinypool | undefined;
  return {
    async read(task) {
      if (task.text.length <= inline[task.format]) return receiveBody(task, validators[task.endpoint]);
      const signal = AbortSignal.timeout(deadlineMs);
      await line.take(signal).catch(refuse);
      try {
        pool ??= startPool(program, processes);
        return open(await (pool.run(task, { signal }) as Promise<Answer>).catch(refuse));
      } finally {
        line.give();
      }
    },
    close: async () => pool?.destroy(),
  };
}

function startPool(program: URL, processes: number): Tinypool {
  const pool = new Tinypool({
    runtime: 'child_process',
    filename: program.href,
    minThreads: 0,
    maxThreads: processes,
    idleTimeout: idleMs,
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${heapMiB}`],
    // Nothing of ours: what reads the words of strangers has no password within reach.
    env: {},
  });
  // A process that ends while it reads nothing: the next body starts another one.
  return pool.on('error', () => undefined);
}

/** No place in the line, no time left (which ends the process of a running body), or no memory. */
function refuse(cause: unknown): never {
  if (endedItsProcess(cause)) {
    throw new FleetyardError('payload-too-large', 'The body is too large: it needs too much memory.', { cause });
  }
  throw new FleetyardError('unavailable', 'Too many large bodies are being read; try again.', { cause });
}

function open(answer: Answer): ReceivedBody {
  if ('refused' in answer) {
    const { code, message, details } = answer.refused;
    // A body's fault is in the body: no call leads out of it.
    throw new FleetyardError(code, message, { details, wayOut: [] });
  }
  const { json, faults, hash } = answer;
  return { value: json === undefined ? undefined : JSON.parse(json), faults, hash };
}

/** Only memory ends such a process from within: V8 aborts it at its limit, and the kernel kills it at the machine's. */
function endedItsProcess(error: unknown): boolean {
  return error instanceof Error && error.message === 'Worker exited unexpectedly';
}
