// The objects that stand on this run's real API servers: those of its clusters' control planes and of its hub.
import { execFile } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findKubernetesPrograms } from '../../../toolchain/kubernetes.mjs';

/** One object; its type is spelt as in Pulumi's state, its id as there: a namespace, if there is one, and a name. */
export type RealObject = { server: string; type: string; id: string };

type Listed = {
  items: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }[];
};

const run = promisify(execFile);
const everywhere = ['namespaces', 'serviceaccounts', 'secrets', 'clusterroles', 'clusterrolebindings'];

/** Lists the objects of the kinds that our stacks make. A server that stands and does not answer fails the listing. */
export async function listRealObjects(directory: string): Promise<RealObject[]> {
  const members = await listServers(join(directory, 'simulator', 'control-planes'));
  const hubs = await listServers(join(directory, 'simulator', 'hubs'));
  if (members.length + hubs.length === 0) return [];
  const { kubectl } = await findKubernetesPrograms(['kubectl']);
  const list = async (kubeconfig: string, kinds: string[]): Promise<RealObject[]> => {
    const args = ['--kubeconfig', kubeconfig, '--request-timeout', '30s', 'get', kinds.join(','), '-A', '-o', 'json'];
    const { stdout } = await run(kubectl, args, { maxBuffer: 64 * 1024 * 1024 });
    return (JSON.parse(stdout) as Listed).items.map((item) => describe(kubeconfig, item));
  };
  const lists = await Promise.all([
    ...members.map((file) => list(file, everywhere)),
    ...hubs.map((file) => list(file, [...everywhere, 'clusters.cluster.karmada.io'])),
  ]);
  return lists.flat();
}

async function listServers(folder: string): Promise<string[]> {
  const files = (await readdir(folder).catch(() => [])).map((id) => join(folder, id, 'identity', 'admin.kubeconfig'));
  const there = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, index) => there[index]);
}

function describe(server: string, { apiVersion, kind, metadata }: Listed['items'][number]): RealObject {
  const group = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
  const { namespace, name } = metadata;
  return { server, type: `kubernetes:${group}:${kind}`, id: namespace === undefined ? name : `${namespace}/${name}` };
}
