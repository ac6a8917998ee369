// The runner's end of its pipes: the request and commands on standard input, events on descriptor 3, messages on descriptor 4.

import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { RunnerCommand, RunnerEvent, RunnerMessage, RunnerRequest } from './step-request.ts';

/** What the runner may do with its worker. */
export type RunnerChannel = {
  request: RunnerRequest;
  sendEvent(event: RunnerEvent): void;
  /** Resolves when the bytes are handed to the kernel. */
  sendMessage(message: RunnerMessage): Promise<void>;
  /** Resolves with the next command of that kind. */
  waitFor(command: RunnerCommand): Promise<void>;
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

/** Reads the request and opens the channel; `onOrphaned` runs when the worker is gone. */
export async function openRunnerChannel(onOrphaned: () => void): Promise<RunnerChannel> {
  const events = new Socket({ fd: 3, writable: true, readable: false });
  const messages = new Socket({ fd: 4, writable: true, readable: false });
  // A worker that died breaks these pipes; the end of standard input is what reports it.
  for (const socket of [events, messages]) socket.on('error', () => undefined);
  const cancel = new AbortController();
  const waiting: { command: RunnerCommand; resolve: () => void }[] = [];
  const lines = createInterface({ input: process.stdin });

  const request = await new Promise<RunnerRequest>((resolve) => {
    lines.once('line', (line) => {
      resolve(JSON.parse(line) as RunnerRequest);
      lines.on('line', (text) => {
        const command = text as RunnerCommand;
        if (command === 'cancel') cancel.abort();
        const index = waiting.findIndex((entry) => entry.command === command);
        if (index >= 0) waiting.splice(index, 1)[0]?.resolve();
      });
    });
    lines.once('close', onOrphaned);
  });

  return {
    request,
    sendEvent: (event) => void writeLine(events, event).catch(() => undefined),
    sendMessage: (message) => writeLine(messages, message),
    waitFor: (command) => new Promise((resolve) => waiting.push({ command, resolve })),
    cancelled: cancel.signal,
    async close() {
      lines.off('close', onOrphaned);
      await Promise.all([endSocket(events), endSocket(messages)]);
    },
  };
}
