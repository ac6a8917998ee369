// Tells an OpenTelemetry collector what took how long, where one was named; without one nothing of OpenTelemetry is loaded.

import type { EndedSpan, SpanSink, TracingSettings } from './spans.ts';
import { isInShare, newSpanId, newTraceId, type TraceContext } from './trace-context.ts';

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
