// What a stack's state says, as far as inputs and recovery depend on it: a program sees no state itself.

import type { ClusterInputs } from './contract.ts';

/** A resource of an exported deployment, as far as it is read here. */
export type DeployedResource = {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
};

/** A pool of the state and how many nodes it has. */
export type PoolCount = [pool: string, count: number];

/** The count of a pool when both are known. */
export function keepCount(pool: string | undefined, count: unknown): PoolCount[] {
  return pool !== undefined && typeof count === 'number' ? [[pool, count]] : [];
}

/** The logical name of a resource; a pool's is the name that its user gave. */
export function getLogicalName(resource: DeployedResource): string {
  return resource.urn.split('::').at(-1) ?? '';
}

/**
 * The inputs with how many nodes each pool has, so that an update keeps what an autoscaler chose (refresh before, or it
 * keeps an old choice).
 */
export function completePoolCounts(
  inputs: ClusterInputs,
  resources: readonly DeployedResource[],
  readCounts: (resource: DeployedResource) => PoolCount[],
): ClusterInputs {
  const counts = new Map(resources.flatMap(readCounts));
  return {
    ...inputs,
    nodePools: inputs.nodePools.map((pool) => {
      const currentCount = pool.currentCount ?? counts.get(pool.name);
      return currentCount === undefined ? pool : { ...pool, currentCount };
    }),
  };
}

/** Whether one of these outputs holds one of these words: a cloud's way to say that a resource is still being made. */
export function hasState(
  { outputs = {} }: DeployedResource,
  properties: readonly string[],
  words: ReadonlySet<unknown>,
): boolean {
  return properties.some((property) => words.has(outputs[property]));
}
