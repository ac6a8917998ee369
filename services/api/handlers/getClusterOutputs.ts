import { getCluster } from '../../store/clusters.ts';
import { listStacks } from '../../store/stacks.ts';
import type { Handler } from '../call.ts';

/** Reads the public outputs of a cluster's stacks. */
export const getClusterOutputs: Handler<'getClusterOutputs'> = async ({ path, asProject }) => {
  return asProject(async (tx) => {
    const { id } = await getCluster(tx, path.cluster);
    const stacks = (await listStacks(tx, id)).filter(
      ({ deployedAt, destroyedAt }) => deployedAt !== null && destroyedAt === null,
    );
    const layers = stacks.map(({ layer, name, outputs, deployedAt }) => {
      return { layer, stack: name, outputs, deployedAt: deployedAt?.toISOString() ?? null };
    });
    return { status: 200, body: { cluster: id, layers } };
  });
};
