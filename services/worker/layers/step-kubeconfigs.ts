// The kubeconfigs of one step, and what keeps a plugin on the way to the API servers that they name.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiServerAccess } from '../../access/kubeconfig/api-server-access.ts';
import { writeKubeconfig } from '../../access/kubeconfig/write-kubeconfig.ts';
import type { WorkerContext } from '../context.ts';
import type { ClusterSubject } from '../steps/cluster-subject.ts';
import type { CleanUp } from './prepare-layer.ts';
import { takeFolder } from './step-folder.ts';

/** Kubeconfigs of one step: their paths by name, and the folder that the step's processes read. */
export type StepKubeconfigs<Name extends string> = {
  paths: Record<Name, string>;
  own: string;
  remove: CleanUp;
};

/** Writes kubeconfigs to paths that stay the same for the cluster: they are inputs of providers, and another path would be a change. */
export async function writeStepKubeconfigs<Name extends string>(
  context: WorkerContext,
  subject: ClusterSubject,
  accesses: Record<Name, ApiServerAccess>,
): Promise<StepKubeconfigs<Name>> {
  const root = join(context.engine.workDir, 'kubeconfigs');
  const { folder, own, remove } = await takeFolder(root, subject.cluster.id, subject.claim);
  try {
    const names = Object.keys(accesses) as Name[];
    for (const name of names) {
      await writeFile(join(own, `${name}.yaml`), writeKubeconfig(accesses[name]), { mode: 0o600 });
    }
    const paths = Object.fromEntries(names.map((name) => [name, join(folder, `${name}.yaml`)]));
    return { paths: paths as Record<Name, string>, own, remove };
  } catch (error) {
    await remove(false);
    throw error;
  }
}

/**
 * The plugin's way past proxies: none on the way to the API server, and one that nobody answers at for plain http, which only a redirect of
 * a stranger's would lead to.
 */
export function shieldPlugin(
  environment: Record<string, string | undefined>,
  { url }: ApiServerAccess,
): Record<string, string> {
  const direct = [environment['NO_PROXY'], url.host].filter(Boolean).join(',');
  return { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: direct };
}
