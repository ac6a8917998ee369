// Follows a fleet through the API until it has come to rest.

import { setTimeout as delay } from 'node:timers/promises';
import { unwrap, type FleetyardClient } from '../contract/client.ts';
import type { Schemas } from '../contract/schemas.ts';

/** How far one cluster is. */
export type ClusterProgress = {
  id: string;
  name: string;
  provider: string;
  phase: string;
  /** The newest operation of the cluster. */
  operation: string | null;
  /** What runs now: a layer, or the check between two. */
  layer: string | null;
  done: number | null;
  planned: number | null;
  /** Resources of all layers together. */
  resources: number;
  seconds: number;
  error: string | null;
  settled: boolean;
};

const settled = new Set<Schemas['OperationState']>(['succeeded', 'failed', 'cancelled', 'needs_attention']);

/** Whether nothing more happens to an operation by itself. */
export function isAtRest(operation: Schemas['Operation']): boolean {
  return settled.has(operation.state);
}

function describeStep(operation: Schemas['Operation']): Pick<ClusterProgress, 'layer' | 'done' | 'planned'> {
  const step = operation.steps.find((candidate) => candidate.state === 'running' || candidate.state === 'failed');
  if (step === undefined) return { layer: null, done: null, planned: null };
  return { layer: step.layer ?? `${step.kind} ${step.action}`, done: step.done, planned: step.planned };
}

function measure(operation: Schemas['Operation'], now: Date): number {
  const begin = Date.parse(operation.startedAt ?? operation.createdAt);
  const end = operation.finishedAt === null ? now.getTime() : Date.parse(operation.finishedAt);
  return Math.max(0, (end - begin) / 1000);
}

async function readProgress(
  client: FleetyardClient,
  member: Schemas['FleetMember'],
  now: Date,
): Promise<ClusterProgress> {
  const page = unwrap(await client.GET('/v1/operations', { params: { query: { resource: member.id, limit: 1 } } }));
  const operation = page.items[0];
  const { id, name, provider, phase } = member;
  if (operation === undefined) {
    const none = { operation: null, layer: null, done: null, planned: null, resources: 0, seconds: 0, error: null };
    return { id, name, provider, phase, ...none, settled: true };
  }
  const engineSteps = operation.steps.filter((step) => step.kind === 'engine');
  return {
    id,
    name,
    provider,
    phase,
    operation: operation.id,
    ...describeStep(operation),
    resources: engineSteps.reduce((sum, step) => sum + (step.done ?? 0), 0),
    seconds: measure(operation, now),
    error: operation.error === null ? null : operation.error.message,
    settled: isAtRest(operation),
  };
}

/** Where every managed cluster of a fleet stands now. */
export async function readFleetProgress(
  client: FleetyardClient,
  fleetName: string,
  now = new Date(),
): Promise<ClusterProgress[]> {
  const fleet = unwrap(await client.GET('/v1/fleets/{fleet}', { params: { path: { fleet: fleetName } } }));
  return Promise.all(
    fleet.clusters.filter((member) => member.managed).map((member) => readProgress(client, member, now)),
  );
}

/**
 * Calls `show` with every cluster's progress until all have come to rest, and returns the last one. An operation whose worker was just
 * replaced, or whose API answers late, is simply looked at again.
 */
export async function followFleet(
  client: FleetyardClient,
  options: {
    fleet: string;
    /** The fleet's own operation; null when there was nothing to change. */
    operation: string | null;
    show(clusters: ClusterProgress[]): void;
    signal: AbortSignal;
    pauseMilliseconds?: number;
  },
): Promise<ClusterProgress[]> {
  for (;;) {
    // The fleet's operation is read first: once it rests, the members read after it are final.
    const rests = options.operation === null || (await isOperationAtRest(client, options.operation));
    const clusters = await readFleetProgress(client, options.fleet);
    options.show(clusters);
    if (rests && clusters.every((cluster) => cluster.settled)) return clusters;
    await delay(options.pauseMilliseconds ?? 400, undefined, { signal: options.signal });
  }
}

async function isOperationAtRest(client: FleetyardClient, operation: string): Promise<boolean> {
  return isAtRest(unwrap(await client.GET('/v1/operations/{operation}', { params: { path: { operation } } })));
}
