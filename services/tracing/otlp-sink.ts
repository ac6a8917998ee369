// Sends spans by OTLP over HTTP, a batch at a time and beside everything else: a collector that is away costs the spans and nothing more.

import { SpanKind, SpanStatusCode, TraceFlags, type HrTime, type SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndedSpan, SpanSink, TracingSettings } from './spans.ts';

const kinds = {
  server: SpanKind.SERVER,
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const satisfies Record<EndedSpan['kind'], SpanKind>;

/** Spans that may wait; what comes beyond them is dropped. */
const mostWaiting = 4096;
const sendMilliseconds = 5_000;
const batchMilliseconds = 1_000;

function toHrTime(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1000), Math.round((milliseconds % 1000) * 1e6)];
}

/** Opens it; connects with the first batch. */
export function openOtlpSink(
  { url, headers }: Pick<TracingSettings, 'url' | 'headers'>,
  { service }: { service: string },
): SpanSink {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: sendMilliseconds });
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: mostWaiting,
    scheduledDelayMillis: batchMilliseconds,
    exportTimeoutMillis: sendMilliseconds,
  });
  const resource = resourceFromAttributes({ 'service.name': service });
  const shared = { resource, instrumentationScope: { name: 'fleetyard' }, links: [], events: [], ended: true };
  const none = { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 };
  return {
    tell({ name, kind, context: { traceId, spanId }, parentSpanId, begin, end, failed = false, attributes }) {
      const context = (id: string): SpanContext => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED });
      const span: ReadableSpan = {
        name,
        kind: kinds[kind],
        spanContext: () => context(spanId),
        ...(parentSpanId === undefined ? {} : { parentSpanContext: context(parentSpanId) }),
        startTime: toHrTime(begin.getTime()),
        endTime: toHrTime(end.getTime()),
        duration: toHrTime(Math.max(0, end.getTime() - begin.getTime())),
        status: { code: failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
        attributes: { ...attributes },
        ...shared,
        ...none,
      };
      processor.onEnd(span);
    },
    close: () => processor.shutdown().catch(() => undefined),
  };
}
