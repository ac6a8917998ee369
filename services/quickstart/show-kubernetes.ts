// The last act of a run on real control planes: a workload through the hub, where its pods run, and how to reach each cluster.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findKubernetesPrograms } from '../../toolchain/kubernetes.mjs';
import { unwrap, type FleetyardClient } from '../contract/client.ts';
import type { Schemas } from '../contract/schemas.ts';
import type { Composition } from './compose.ts';
import type { ClusterProgress } from './follow-fleet.ts';
import { placeWorkload, writeKubeconfigs } from './place-workload.ts';

const manifest = fileURLToPath(new URL('../../examples/workloads/hello.yaml', import.meta.url));
/** Of the manifest's Deployment. */
const workload = { name: 'hello', selector: 'app=hello', replicas: 6 };
const waitSeconds = 60;

/** What a run made. */
export type Shown = {
  service: Composition;
  client: FleetyardClient;
  document: Schemas['FleetRequest'];
  clusters: readonly ClusterProgress[];
  data: string;
  signal: AbortSignal;
};

/** Runs a workload on the fleet and says where it is; a fleet without a federation has only its clusters shown. */
export async function showKubernetes(shown: Shown, say: (line: string) => void): Promise<void> {
  const { service, client, document, clusters, data, signal } = shown;
  const { kubectl } = await findKubernetesPrograms(['kubectl']);
  const kubeconfigs = await writeKubeconfigs(client, clusters, join(data, 'kubeconfigs'));
  const hub = await findHub(service, client, document);
  if (hub !== undefined) {
    const { name, selector, replicas } = workload;
    say('');
    say(`Sending ${name} with a PropagationPolicy to the hub …`);
    const placed = await placeWorkload(
      { kubectl, hub, manifest, selector, replicas, waitSeconds, signal },
      kubeconfigs,
    );
    for (const { cluster, ready, nodes } of placed) say(`  ${cluster}: ${ready} pods on ${nodes.join(', ')}`);
  }
  say('');
  say('To reach them (each file holds a token for an hour):');
  for (const [cluster, file] of kubeconfigs) say(`  ${kubectl} --kubeconfig ${file} get nodes   # ${cluster}`);
  if (hub !== undefined) say(`  ${kubectl} --kubeconfig ${hub} get clusters   # the hub`);
}

async function findHub(
  service: Composition,
  client: FleetyardClient,
  { federation }: Schemas['FleetRequest'],
): Promise<string | undefined> {
  const credential = federation?.hub.credential;
  if (credential === undefined) return undefined;
  const { id } = unwrap(await client.GET('/v1/credentials/{credential}', { params: { path: { credential } } }));
  return service.getHubKubeconfig(id);
}
