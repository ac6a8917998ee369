// Tells an OpenTelemetry collector what took how long, where one was named; without one nothing of OpenTelemetry is loaded.

import { isInShare, newSpanId, newTraceId, type TraceContext } from './trace-context.ts';

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

/** Where spans are told. */
export type Tracing = {
  /** Makes the context of a new span under a parent, or of a new trace. */
  begin(parent?: TraceContext | undefined): TraceContext;
  /** Whether a trace that nobody has decided about is among those that are told. */
  samples(traceId: string): boolean;
  /** Takes a span that is over; never throws, never waits. */
  tell(span: EndedSpan): void;
  /** Sends what is left. */
  close(): Promise<void>;
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

/** Opens it; undefined when no collector was named. */
export async function openTracing(
  settings: TracingSettings | undefined,
  { service }: { service: string },
): Promise<Tracing | undefined> {
  if (settings === undefined) return undefined;
  const { openOtlpSink } = await import('./otlp-sink.ts');
  return createTracing(settings, openOtlpSink(settings, { service: settings.serviceName ?? service }));
}

/** Tracing into a sink. */
export function createTracing(
  { share, followsCallers }: Pick<TracingSettings, 'share' | 'followsCallers'>,
  sink: SpanSink,
): Tracing {
  const samples = (traceId: string): boolean => isInShare(traceId, share);
  return {
    begin(parent) {
      const traceId = parent?.traceId ?? newTraceId();
      const sampled = parent !== undefined && followsCallers ? parent.sampled : samples(traceId);
      return { traceId, spanId: newSpanId(), sampled };
    },
    samples,
    tell(span) {
      if (span.context.sampled) sink.tell(span);
    },
    close: () => sink.close(),
  };
}
