// Reads the kubeconfig that the kubernetes provider was given: where the API server is and which token opens it.
import { readFile } from 'node:fs/promises';
import type { Properties } from '../kit/values.ts';

type Named<T> = { name: string } & T;
type Kubeconfig = {
  'current-context'?: string;
  contexts?: Named<{ context: { cluster: string; user: string } }>[];
  clusters?: Named<{ cluster: { server: string } }>[];
  users?: Named<{ user: { token?: string; tokenFile?: string } }>[];
};

/** Turns the provider's configuration into server and token. The kubeconfig is text or the path of a file. */
export async function readKubeconfig(config: Properties): Promise<Properties> {
  const given = config['kubeconfig'];
  if (given === undefined || given === null) throw new Error('the simulated kubernetes provider needs a kubeconfig');
  const kubeconfig = typeof given === 'string' ? await parse(given) : (given as unknown as Kubeconfig);
  const contextName = typeof config['context'] === 'string' ? config['context'] : kubeconfig['current-context'];
  const context = kubeconfig.contexts?.find((each) => each.name === contextName)?.context;
  const cluster = kubeconfig.clusters?.find((each) => each.name === context?.cluster)?.cluster;
  const user = kubeconfig.users?.find((each) => each.name === context?.user)?.user;
  if (!cluster) throw new Error(`the kubeconfig has no cluster for its context "${contextName ?? ''}"`);
  const token = user?.token ?? (user?.tokenFile ? (await readFile(user.tokenFile, 'utf8')).trim() : '');
  // The engine hands it over as text.
  const deleteUnreachable = String(config['deleteUnreachable']) === 'true';
  return { server: cluster.server, token, deleteUnreachable };
}

async function parse(given: string): Promise<Kubeconfig> {
  const isPath = !given.includes('\n') && !given.trimStart().startsWith('{');
  const text = isPath ? await readFile(given, 'utf8') : given;
  if (text.trimStart().startsWith('{')) return JSON.parse(text) as Kubeconfig;
  // Loaded only here: the other plugins start without it.
  const { parse: parseYaml } = await import('yaml');
  return parseYaml(text) as Kubeconfig;
}
