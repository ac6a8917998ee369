// Reads the kubeconfig that the provider was given: where the API server is, whom to trust, and what opens it.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Properties } from '../kit/values.ts';

/** How to reach one API server. */
export type ApiServer = {
  url: string;
  /** Name that its certificate has to carry, when that is not the URL's. */
  serverName: string | undefined;
  certificateAuthority: string | undefined;
  insecure: boolean;
  token: string | undefined;
  /** File of a token; it may be renewed at any time. */
  tokenFile: string | undefined;
  client: { certificate: string; key: string } | undefined;
  /** Namespace of objects that name none. */
  namespace: string;
};

type Named<T> = { name: string } & T;
type Cluster = Record<string, unknown> & { server: string };
type User = Record<string, unknown>;
type Kubeconfig = {
  'current-context'?: string;
  contexts?: Named<{ context?: { cluster?: string; user?: string; namespace?: string } }>[];
  clusters?: Named<{ cluster?: Cluster }>[];
  users?: Named<{ user?: User }>[];
};

/** What runs a program, or asks a cloud in a way of its own, to get a token. */
const FOREIGN = ['exec', 'auth-provider', 'username', 'password', 'as'];

/** Reads the provider's configuration; the kubeconfig is text, an object, or the path of a file. */
export async function readKubeconfig(config: Properties): Promise<ApiServer> {
  const { kubeconfig, folder } = await loadKubeconfig(config['kubeconfig']);
  const { cluster, user, namespace } = choose(kubeconfig, config);
  const foreign = FOREIGN.find((name) => user[name] !== undefined);
  if (foreign !== undefined) {
    throw new Error(`the kubeconfig's user has "${foreign}": only a token or a client certificate is taken`);
  }
  const read = (data: unknown, file: unknown) => readPart(data, file, folder);
  const [certificateAuthority, certificate, key] = await Promise.all([
    read(cluster['certificate-authority-data'], cluster['certificate-authority']),
    read(user['client-certificate-data'], user['client-certificate']),
    read(user['client-key-data'], user['client-key']),
  ]);
  const tokenFile = asText(user['tokenFile']);
  return {
    url: cluster.server.replace(/\/+$/, ''),
    serverName: asText(cluster['tls-server-name']),
    certificateAuthority,
    insecure: cluster['insecure-skip-tls-verify'] === true,
    token: tokenFile === undefined ? asText(user['token']) : undefined,
    tokenFile: tokenFile === undefined ? undefined : resolve(tokenFile, folder),
    client: certificate === undefined || key === undefined ? undefined : { certificate, key },
    namespace: asText(config['namespace']) ?? namespace ?? 'default',
  };
}

/** The part of a configuration by which clusters are told apart; undefined when nobody can read it. */
export async function findActiveCluster(config: Properties): Promise<Record<string, unknown> | undefined> {
  try {
    const { kubeconfig } = await loadKubeconfig(config['kubeconfig']);
    return choose(kubeconfig, config).cluster;
  } catch {
    return undefined;
  }
}

function choose(kubeconfig: Kubeconfig, config: Properties) {
  const name = asText(config['context']) ?? kubeconfig['current-context'] ?? '';
  const context = kubeconfig.contexts?.find((each) => each.name === name)?.context;
  const clusterName = asText(config['cluster']) ?? context?.cluster;
  const cluster = kubeconfig.clusters?.find((each) => each.name === clusterName)?.cluster;
  if (typeof cluster?.server !== 'string') throw new Error(`the kubeconfig has no cluster for its context "${name}"`);
  const user = kubeconfig.users?.find((each) => each.name === context?.user)?.user ?? {};
  return { cluster, user, namespace: asText(context?.namespace) };
}

async function loadKubeconfig(given: unknown): Promise<{ kubeconfig: Kubeconfig; folder: string }> {
  if (given === undefined || given === null || given === '') throw new Error('the provider needs a kubeconfig');
  if (typeof given !== 'string') return { kubeconfig: given as Kubeconfig, folder: process.cwd() };
  const isPath = !given.includes('\n') && !given.trimStart().startsWith('{');
  if (!isPath) return { kubeconfig: await parse(given), folder: process.cwd() };
  const path = given.replace(/^~(?=\/|$)/, homedir());
  return { kubeconfig: await parse(await readFile(path, 'utf8')), folder: dirname(path) };
}

async function parse(text: string): Promise<Kubeconfig> {
  if (text.trimStart().startsWith('{')) return JSON.parse(text) as Kubeconfig;
  // Loaded only here: the other plugins start without it.
  const { parse: parseYaml } = await import('yaml');
  return parseYaml(text) as Kubeconfig;
}

async function readPart(data: unknown, file: unknown, folder: string): Promise<string | undefined> {
  const encoded = asText(data);
  if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8');
  const path = asText(file);
  return path === undefined ? undefined : readFile(resolve(path, folder), 'utf8');
}

function resolve(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
