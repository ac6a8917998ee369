// What the process measures about itself, in the format of Prometheus.

import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyBaseLogger } from 'fastify';

/** Counts that are read when they are asked for. */
export type MeasuredCounts = {
  countOperations(): Promise<Record<string, number>>;
  countJobs(): Promise<Record<string, number>>;
};

/** The measurements. */
export type Metrics = {
  observeRequest(endpoint: string, status: number, seconds: number): void;
  /** Everything, as text. */
  render(): Promise<{ contentType: string; body: string }>;
};

/** Makes a registry of its own; nothing is global, so that tests may build many. */
export function createMetrics(counts: MeasuredCounts, log: FastifyBaseLogger, defaults: boolean): Metrics {
  const registry = new Registry();
  if (defaults) collectDefaultMetrics({ register: registry, prefix: 'fleetyard_api_' });
  const requests = new Histogram({
    name: 'fleetyard_http_request_duration_seconds',
    help: 'Time to answer a request, by endpoint and status.',
    labelNames: ['endpoint', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  addGauge('fleetyard_operations', 'Operations that have not come to rest, by state.', counts.countOperations);
  addGauge('fleetyard_queue_jobs', 'Jobs of the queue, by state.', counts.countJobs);
  return {
    observeRequest: (endpoint, status, seconds) => requests.observe({ endpoint, status: String(status) }, seconds),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };

  /** A part that is away costs its own numbers only. */
  function addGauge(name: string, help: string, count: () => Promise<Record<string, number>>): void {
    new Gauge({
      name,
      help,
      labelNames: ['state'],
      registers: [registry],
      async collect() {
        this.reset();
        try {
          for (const [state, number] of Object.entries(await count())) this.set({ state }, number);
        } catch (error) {
          log.warn({ err: error, metric: name }, 'could not be measured');
        }
      },
    });
  }
}
