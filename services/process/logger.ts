// The log of a process: one line of JSON for each event, without secrets.

import { pino, stdTimeFunctions, type Logger } from 'pino';

/** Which process logs, how much, and what hides secrets in a line. */
export type LogOptions = { service: string; level: string; redact: (line: string) => string };

/** Makes the log. */
export function createLogger({ service, level, redact }: LogOptions): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: redact },
  });
}
