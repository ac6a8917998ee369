// Whether a hub is one. Only a list of its clusters says so: its APIService is called Available even when they can't be listed.

import { explainFailure, readVersion, type KubernetesClient } from '../../access/kubernetes-client.ts';
import type { HubReport } from '../adapter.ts';
import { listMembers } from './members.ts';

/** Asks both at once, so that a hub that takes its time is known within one time-out. */
export async function checkHub(hub: KubernetesClient): Promise<HubReport> {
  const asked = hub.version.getCode().catch((error: unknown) => {
    throw explainFailure(error, hub.server);
  });
  // What is wrong with the list says more, and is told first.
  asked.catch(() => undefined);
  const members = await listMembers(hub);
  const { gitVersion } = await asked;
  return { kubernetesVersion: readVersion(gitVersion), members: members.length };
}
