// What a run of the quickstart came to: the JSON summary, and what a person reads.

import type { ClusterProgress } from './follow-fleet.ts';

/** The last line of `--json`. Seconds are of the wall clock, one decimal. */
export type QuickstartSummary = {
  ready: number;
  failed: number;
  clusters: {
    name: string;
    provider: string;
    phase: string;
    operation: string | null;
    /** Resources that stand in the cluster's stacks. */
    resources: number;
    seconds: number;
    error: string | null;
  }[];
  seconds: { setup: number; provision: number; total: number };
};

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

/** Sums up a run. A cluster that is not ready counts as failed. */
export function summarise(
  clusters: ClusterProgress[],
  seconds: { setup: number; provision: number; total: number },
): QuickstartSummary {
  const ready = clusters.filter((cluster) => cluster.phase === 'ready').length;
  return {
    ready,
    failed: clusters.length - ready,
    clusters: clusters.map(({ name, provider, phase, operation, resources, seconds: spent, error }) => {
      return { name, provider, phase, operation, resources, seconds: round(spent), error };
    }),
    seconds: { setup: round(seconds.setup), provision: round(seconds.provision), total: round(seconds.total) },
  };
}
