// The W3C trace context: which trace something belongs to and under which span, as a text that travels in headers and rows.

import { createHash, randomBytes } from 'node:crypto';

/** A span as others refer to it. */
export type TraceContext = { traceId: string; spanId: string; sampled: boolean };

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent`; undefined for what is none. Later versions may have more to say at the end. */
export function readTraceParent(text: string | undefined): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = shape.exec(text ?? '') ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Writes a `traceparent`. */
export function writeTraceParent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** A new span's id. */
export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

/** A new trace's id. */
export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

/** The span of something that has an id: the same whoever asks, so that it needs to be kept nowhere. */
export function spanIdOf(id: string): string {
  return hash(`span ${id}`).slice(0, 16);
}

/** The trace of something that came to be without one. */
export function traceIdOf(id: string): string {
  return hash(`trace ${id}`).slice(0, 32);
}

/** Whether a trace is among the share that is told. Every process decides alike. */
export function isInShare(traceId: string, share: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < share * 2 ** 32;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
