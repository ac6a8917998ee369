// What a span is to us before any library knows of it, and who takes it.

import type { TraceContext } from './trace-context.ts';

/** What is told of a span besides its name and times: ids, kinds, codes and numbers of ours. No word of users, and no secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A span that is over. */
export type EndedSpan = {
  name: string;
  kind: 'server' | 'internal' | 'consumer' | 'client';
  context: TraceContext;
  /** The span that it belongs under; none for the first of a trace. */
  parentSpanId?: string | undefined;
  begin: Date;
  end: Date;
  failed?: boolean;
  attributes: SpanAttributes;
};

/** Where spans go, and which. */
export type TracingSettings = {
  /** `service.name`, where the process's own is not meant. */
  serviceName: string | undefined;
  /** The collector's address for traces. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Share of traces that are told. */
  share: number;
  /** A caller who has decided is followed. */
  followsCallers: boolean;
};

/** Takes spans and sends them. */
export type SpanSink = { tell(span: EndedSpan): void; close(): Promise<void> };
