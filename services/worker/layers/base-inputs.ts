// Builds what every layer's program gets of its cluster.

import type { BaseInputs } from '../../../stacks/contract.ts';
import type { ManagedCluster } from '../../domain/cluster-spec.ts';

/** The cluster that a step works on. */
export type StepCluster = {
  id: string;
  projectId: string;
  /** The operation that created the cluster; tags carry it for the cluster's life. */
  createdBy: string;
  spec: ManagedCluster;
  /** The public part of the credential. */
  account: Record<string, string>;
};

/** What every layer gets. */
export function buildBaseInputs({ id, projectId, createdBy, spec, account }: StepCluster): BaseInputs {
  return {
    identity: { project: projectId, cluster: id, clusterName: spec.name, operation: createdBy, tags: spec.tags },
    account,
    region: spec.region,
    zones: spec.zones,
  };
}
