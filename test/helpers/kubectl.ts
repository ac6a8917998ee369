// kubectl against the control planes of a test, as their administrator.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findKubernetesPrograms } from '../../toolchain/kubernetes.mjs';
import { runCommand } from '../../toolchain/run-command.mjs';

/** What kubectl prints; throws with its words when it fails. */
export type Kubectl = (...args: string[]) => Promise<string>;

/** kubectl with a kubeconfig. */
export async function openKubectl(kubeconfig: string): Promise<Kubectl> {
  const { kubectl } = await findKubernetesPrograms(['kubectl']);
  return async (...args) => {
    const { code, stdout, stderr } = await runCommand(kubectl, ['--kubeconfig', kubeconfig, ...args], {
      timeoutMs: 60_000,
    });
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
}

/** kubectl for every control plane that a simulator runs: the hub of an account, and the members by their endpoints. */
export async function openSimulatedPlanes(directory: string, hubAccount: string) {
  const hub = await openKubectl(join(directory, 'hubs', `hub-${hubAccount}`, 'identity', 'admin.kubeconfig'));
  const ids = await readdir(join(directory, 'control-planes'));
  const members = ids.map((id) => openKubectl(join(directory, 'control-planes', id, 'identity', 'admin.kubeconfig')));
  return { hub, members: await Promise.all(members) };
}
