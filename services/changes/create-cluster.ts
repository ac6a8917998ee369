// Makes a cluster on its own.

import type { Schemas } from '../contract/schemas.ts';
import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import { resolveCluster } from '../domain/resolve-cluster.ts';
import type { Change } from './change.ts';
import { type ClusterOutcome, startCreation } from './cluster-operations.ts';
import { describeFacts, findCredentials } from './known-credentials.ts';
import { findNamedFederation, findSpace, placeClusters, refuseUnready, resolveWith } from './place.ts';

/** Resolves and places the cluster, and starts what makes it; throws every fault of the request at once. */
export async function createCluster(change: Change, request: Schemas['ClusterRequest']): Promise<ClusterOutcome> {
  const details: ErrorDetail[] = [];
  const space = await findSpace(change, request.addressSpace, details);
  const federation = await findNamedFederation(change, request.federation, details);
  await refuseUnready(change, federation);
  const credential = (await findCredentials(change.tx, [request.credential])).get(request.credential);
  const { catalogue, now, defaultAllowedCidrs } = change;
  const draft = await resolveWith(`The cluster ${request.name} cannot be made as asked.`, details, () =>
    resolveCluster(request, {
      catalogue,
      now,
      defaultAllowedCidrs,
      credential: credential && describeFacts(credential),
    }),
  );
  if (space === undefined || credential === undefined)
    throw new FleetyardError('internal', 'The request was not resolved.');
  const [placed] = await placeClusters(change, space, {}, [{ pointer: '', draft }]);
  if (placed === undefined) throw new FleetyardError('internal', 'The cluster was not placed.');
  const ties = { fleetId: null, federationId: federation?.id ?? null, parentId: null };
  return startCreation(change, placed, credential, ties, request);
}
