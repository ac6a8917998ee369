// The runner's end of its pipes: the request and commands on standard input, events on descriptor 3, messages on descriptor 4.

import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { armDeadMansSwitch, type DeadMansSwitch } from './dead-mans-switch.ts';
import type { DoubtfulCreate } from './pending-creates.ts';
import type { RunnerCommand, RunnerEvent, RunnerMessage, RunnerRequest } from './step-request.ts';

/** What the runner may do with its worker. */
export type RunnerChannel = {
  request: RunnerRequest;
  sendEvent(event: RunnerEvent): void;
  /** Resolves when the bytes are handed to the kernel. */
  sendMessage(message: RunnerMessage): Promise<void>;
  /** Resolves when the state that came with the request is stored as the snapshot, and the stack is marked. */
  awaitGo(): Promise<void>;
  /** Hands the deployment over and resolves when it is stored, and the stack is marked: now something may change. */
  storeSnapshot(deployment: unknown): Promise<void>;
  /** Resolves when the creations are kept with the stack. */
  keepDoubtful(creations: DoubtfulCreate[]): Promise<void>;
  /** Aborts when the worker asks for a graceful end. */
  cancelled: AbortSignal;
  close(): Promise<void>;
};

function writeLine(socket: Socket, value: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(`${JSON.stringify(value)}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

function endSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('error', () => resolve());
    socket.end(() => resolve());
  });
}

type Waiting = { command: RunnerCommand; resolve: () => void }[];

/** Obeys one line of the worker. */
function obey(text: string, parts: { cancel: AbortController; waiting: Waiting; lifeline: DeadMansSwitch }): void {
  const { cancel, waiting, lifeline } = parts;
  if (text.startsWith('alive ')) lifeline.extend(Number(text.slice('alive '.length)));
  if (text === 'cancel') cancel.abort();
  const index = waiting.findIndex((entry) => entry.command === text);
  if (index >= 0) waiting.splice(index, 1)[0]?.resolve();
}

/** Reads the request and opens the channel; `onOrphaned` runs when the worker is gone, or silent for as long as its lease lasts. */
export async function openRunnerChannel(onOrphaned: () => void): Promise<RunnerChannel> {
  const events = new Socket({ fd: 3, writable: true, readable: false });
  const messages = new Socket({ fd: 4, writable: true, readable: false });
  // A worker that died breaks these pipes; the end of standard input is what reports it.
  for (const socket of [events, messages]) socket.on('error', () => undefined);
  const cancel = new AbortController();
  const waiting: Waiting = [];
  const lines = createInterface({ input: process.stdin });

  const waitFor = (command: RunnerCommand): Promise<void> =>
    new Promise((resolve) => waiting.push({ command, resolve }));
  // It may come before anybody waits for it.
  let gone = Promise.resolve();

  const [request, lifeline] = await new Promise<[RunnerRequest, DeadMansSwitch]>((resolve) => {
    lines.once('line', (line) => {
      const asked = JSON.parse(line) as RunnerRequest;
      const armed = armDeadMansSwitch(asked.deadline, onOrphaned);
      if (asked.known !== undefined && asked.action !== 'preview') gone = waitFor('go');
      lines.on('line', (text) => obey(text, { cancel, waiting, lifeline: armed }));
      resolve([asked, armed]);
    });
    lines.once('close', onOrphaned);
  });
  const sendMessage = (message: RunnerMessage): Promise<void> => writeLine(messages, message);
  const ask = async (message: RunnerMessage, answer: RunnerCommand): Promise<void> => {
    const answered = waitFor(answer);
    await sendMessage(message);
    await answered;
  };

  return {
    request,
    sendEvent: (event) => void writeLine(events, event).catch(() => undefined),
    sendMessage,
    awaitGo: () => gone,
    storeSnapshot: (deployment) => ask({ type: 'snapshot', deployment }, 'go'),
    keepDoubtful: (creations) => ask({ type: 'doubtful', creations }, 'kept'),
    cancelled: cancel.signal,
    async close() {
      lifeline.disarm();
      lines.off('close', onOrphaned);
      await Promise.all([endSocket(events), endSocket(messages)]);
    },
  };
}
