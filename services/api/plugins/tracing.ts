// Tells a collector of each request, and of the change that it makes; a request that came with a trace goes on in it.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Tracing } from '../../tracing/open-tracing.ts';
import { readTraceParent, writeTraceParent, type TraceContext } from '../../tracing/trace-context.ts';

/** The trace of a request. */
export type RequestTrace = { tracing: Tracing; context: TraceContext; begin: Date };

declare module 'fastify' {
  interface FastifyRequest {
    trace: RequestTrace | null;
  }
}

/** Traces every request whose route the contract knows; nothing is done without tracing. */
export function installTracing(app: FastifyInstance, tracing: Tracing | undefined): void {
  app.decorateRequest('trace', null);
  if (tracing === undefined) return;
  app.addHook('onRequest', async (request) => {
    const parent = readTraceParent(firstOf(request.headers['traceparent']));
    request.trace = { tracing, context: tracing.begin(parent), begin: new Date() };
  });
  app.addHook('onResponse', async (request, reply) => {
    const { endpoint } = request.routeOptions.config;
    if (request.trace === null || endpoint === undefined) return;
    const { context, begin } = request.trace;
    tracing.tell({
      name: endpoint,
      kind: 'server',
      context,
      parentSpanId: readTraceParent(firstOf(request.headers['traceparent']))?.spanId,
      begin,
      end: new Date(),
      failed: reply.statusCode >= 500,
      attributes: {
        'http.request.method': request.method,
        // The pattern, never the path: names stand in that.
        'http.route': request.routeOptions.url ?? '',
        'http.response.status_code': reply.statusCode,
      },
    });
  });
}

/** Runs the change of a request as a span of its own; `work` is given the trace that its operations belong to. */
export async function traceChange<T>(
  { trace }: Pick<FastifyRequest, 'trace'>,
  name: string,
  work: (traceParent: string | undefined) => Promise<T>,
): Promise<T> {
  if (trace === null) return work(undefined);
  const { tracing, context: parent } = trace;
  const context = { ...tracing.begin(parent), sampled: parent.sampled };
  const begin = new Date();
  let failed = true;
  try {
    const result = await work(writeTraceParent(context));
    failed = false;
    return result;
  } finally {
    const change = { name: `change ${name}`, kind: 'internal', attributes: {} } as const;
    tracing.tell({ ...change, context, parentSpanId: parent.spanId, begin, end: new Date(), failed });
  }
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
