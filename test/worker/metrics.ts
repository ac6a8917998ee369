// What a worker measures is there by the names that dashboards and alerts ask for.
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { test } from 'tap';
import { parse } from 'yaml';
import { createMetrics } from '../../services/api/metrics.ts';
import { createWorkerMetrics } from '../../services/worker/metrics.ts';

const silent = pino({ level: 'silent' });
const room = { slots: 4, running: 2, memoryMb: 100, reservedMb: 30 };

function createFilled(countWaiting = async () => ({ operations: 3, oldestSeconds: 12 })) {
  const metrics = createWorkerMetrics({ describeRoom: () => room, countWaiting }, silent, { defaults: true });
  metrics.observeStep({ provider: 'eks', layer: 'network', action: 'up', outcome: 'succeeded', seconds: 3 });
  metrics.count('recovered');
  metrics.countRetry('throttled');
  metrics.observeWait(0.2);
  metrics.observeMemory(120.5);
  metrics.observeStepMemory('eks', 200);
  return metrics;
}

test('what happened is counted, and what is asked for is read', async (t) => {
  const { contentType, body } = await createFilled().render();
  t.match(contentType, /^text\/plain/);
  for (const line of [
    'fleetyard_step_duration_seconds_count{provider="eks",layer="network",action="up",outcome="succeeded"} 1',
    'fleetyard_worker_operations_total{event="recovered"} 1',
    'fleetyard_operation_retries_total{class="throttled"} 1',
    'fleetyard_operation_wait_seconds_bucket{le="0.25"} 1',
    `fleetyard_worker_memory_measured_bytes ${120.5 * 2 ** 20}`,
    `fleetyard_step_memory_bytes_bucket{le="${256 * 2 ** 20}",provider="eks"} 1`,
    `fleetyard_step_memory_bytes_bucket{le="${192 * 2 ** 20}",provider="eks"} 0`,
    'fleetyard_worker_slots 4',
    'fleetyard_worker_running 2',
    `fleetyard_worker_memory_reserved_bytes ${30 * 2 ** 20}`,
    'fleetyard_operations_waiting{scope="installation"} 3',
    'fleetyard_operations_waiting_oldest_seconds{scope="installation"} 12',
  ]) {
    t.ok(body.split('\n').includes(line), line);
  }
});

test('a database that is away costs its own numbers only', async (t) => {
  const { body } = await createFilled(() => Promise.reject(new Error('away'))).render();
  t.match(body, /^fleetyard_worker_slots 4$/m);
  t.notMatch(body, /^fleetyard_operations_waiting\{/m);
});

test('dashboards and alerts ask only for what is measured', async (t) => {
  const counts = { countOperations: async () => ({ queued: 1 }), countJobs: async () => ({ waiting: 1 }) };
  const api = createMetrics(counts, silent as Parameters<typeof createMetrics>[1], true);
  api.observeRequest('getHealth', 200, 0.1);
  const bodies = await Promise.all([createFilled().render(), api.render()]);
  const measured = new Set(bodies.flatMap(({ body }) => body.match(/^fleetyard_\w+/gm) ?? []));
  const alerts = parse(await readFile('deploy/prometheus/alerts.yaml', 'utf8')) as {
    groups: { rules: { expr: string }[] }[];
  };
  const dashboard = JSON.parse(await readFile('deploy/grafana/fleetyard.json', 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const asked = [
    ...alerts.groups.flatMap(({ rules }) => rules),
    ...dashboard.panels.flatMap(({ targets }) => targets),
  ].flatMap(({ expr }) => expr.match(/\bfleetyard_\w+/g) ?? []);
  t.ok(asked.length > 20);
  for (const name of new Set(asked)) t.ok(measured.has(name), `${name} is measured`);
});
