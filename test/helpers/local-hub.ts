// A Karmada of processes for tests: the hub of a simulated account, reached as the product reaches it.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openHubAccess } from '../../services/access/kubeconfig/open-hub.ts';
import { openKubernetes, type KubernetesClient } from '../../services/access/kubernetes-client.ts';
import type { OpenCredential } from '../../services/access/credential.ts';
import { isFleetyardError } from '../../services/domain/errors.ts';
import { findMarkedProcesses } from '../../services/simulator/control-planes/local/marked-processes.ts';
import { createOutgoingGuard } from '../../services/outgoing/outgoing-guard.ts';
import { waitFor } from './wait.ts';

/** What a hub consists of. */
export const HUB_PARTS = [
  'etcd',
  'karmada-aggregated-apiserver',
  'karmada-controller-manager',
  'karmada-scheduler',
  'karmada-webhook',
  'kube-apiserver',
  'kube-controller-manager',
];

/** A simulated credential of a hub that stands on processes. */
export function createHubCredential(id = 'cr_hub'): OpenCredential {
  const secret = { token: 'local.hub-token' };
  return { id, provider: 'kubernetes', simulated: true, attributes: { controlPlanes: 'local' }, secret };
}

/** Opens the hub, however often it has to be asked for. */
export function openLocalHub(simulatorUrl: string, credential = createHubCredential()): Promise<KubernetesClient> {
  const guard = createOutgoingGuard({ privateNetworks: [], simulatorUrl });
  const open = async (): Promise<KubernetesClient | undefined> => {
    try {
      return openKubernetes(guard, await openHubAccess(credential, simulatorUrl));
    } catch (error) {
      if (isFleetyardError(error, 'unavailable')) return undefined;
      throw error;
    }
  };
  return waitFor('the hub', open, { timeoutMs: 120_000 });
}

/** Processes below a folder of a simulator, by program. */
export async function findHubParts(dataDir: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const pid of await findMarkedProcesses(join(dataDir, 'hubs'))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const program = basename(line.split('\0')[0] ?? '');
    if (HUB_PARTS.includes(program)) found.set(program, pid);
  }
  return found;
}
