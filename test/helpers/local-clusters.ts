// Simulated clusters on control planes that are processes, for tests: an account that has them, a GKE cluster in it, and a look at what runs.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Test } from 'tap';
import { mintClusterToken } from '../../services/access/kubernetes-token.ts';
import { findMarkedProcesses } from '../../services/simulator/control-planes/local/marked-processes.ts';
import { createTestAccount, type TestAccount } from './simulated-account.ts';
import { readSecure } from './secure.ts';
import { waitFor } from './wait.ts';

export const CLUSTER = 'gcp:container/cluster:Cluster';
export const POOL = 'gcp:container/nodePool:NodePool';
export const REGION = 'europe-west1';
/** What a control plane consists of. */
export const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'];

/** A cluster as its cloud and its API server show it. */
export type LocalCluster = {
  id: string;
  made: Awaited<ReturnType<TestAccount['make']>>;
  endpoint: string;
  certificateAuthority: string;
  /** Google's, by which its owner comes to it. */
  token: string;
};

/** An account whose clusters stand on processes. */
export function createLocalAccount(t: Test, options: { dataDir?: string; token?: string } = {}): Promise<TestAccount> {
  return createTestAccount(t, { config: { region: REGION }, token: 'local.account-token', ...options });
}

/** Makes the network that clusters stand in. */
export async function makeNetwork(cloud: TestAccount): Promise<void> {
  await cloud.make('gcp:compute/network:Network', { name: 'net' });
  await cloud.make('gcp:compute/subnetwork:Subnetwork', {
    name: 'nodes',
    region: REGION,
    network: 'net',
    ipCidrRange: '10.0.0.0/20',
    secondaryIpRanges: [
      { rangeName: 'pods', ipCidrRange: '100.64.0.0/16' },
      { rangeName: 'services', ipCidrRange: '10.128.0.0/20' },
    ],
  });
}

/** The inputs of a cluster. */
export const clusterInputs = (more: Record<string, unknown> = {}) => ({
  name: 'it',
  location: REGION,
  network: 'net',
  subnetwork: 'nodes',
  ipAllocationPolicy: { clusterSecondaryRangeName: 'pods', servicesSecondaryRangeName: 'services' },
  minMasterVersion: '1.34',
  deletionProtection: false,
  ...more,
});

/** Makes a cluster; it is open then. */
export async function makeCluster(cloud: TestAccount): Promise<LocalCluster> {
  const made = await cloud.make(CLUSTER, clusterInputs());
  const { endpoint, masterAuth } = made.outputs as { endpoint: string; masterAuth: { clusterCaCertificate: string } };
  const certificateAuthority = Buffer.from(masterAuth.clusterCaCertificate, 'base64').toString();
  return { id: made.id, made, endpoint, certificateAuthority, token: await mintGkeToken(cloud) };
}

/** A token as the product mints it for the account's clusters. */
export async function mintGkeToken(cloud: TestAccount): Promise<string> {
  const secret = { token: cloud.token };
  const credential = { id: cloud.account, provider: 'gcp', simulated: true, attributes: {}, secret } as const;
  const place = { now: new Date(), simulatorUrl: cloud.simulator.url };
  return (await mintClusterToken(credential, { region: REGION, physicalName: 'it' }, place)).token;
}

/** Asks a cluster's API server. */
export function ask({ endpoint, certificateAuthority }: LocalCluster, path: string, token: string) {
  return readSecure(`https://${endpoint}${path}`, { authority: certificateAuthority, token });
}

/** The names in a list of the API server. */
export async function listNames(cluster: LocalCluster, path: string, token: string): Promise<string[]> {
  const { items } = (await ask(cluster, path, token)).json() as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name).sort();
}

/** What runs of a simulator's control planes, by program. */
export async function findPrograms(dataDir: string): Promise<Map<string, number>> {
  const pids = await findMarkedProcesses(join(dataDir, 'control-planes'));
  const found = new Map<string, number>();
  for (const pid of pids) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const program = basename(line.split('\0')[0] ?? '');
    if (PROGRAMS.includes(program)) found.set(program, pid);
  }
  return found;
}

/** Waits until every program runs. */
export function awaitPrograms(dataDir: string): Promise<Map<string, number>> {
  return waitFor('all programs', async () => {
    const found = await findPrograms(dataDir);
    return found.size === PROGRAMS.length ? found : undefined;
  });
}

/** Waits until an API server is ready. */
export function awaitReady(cluster: LocalCluster, token: string): Promise<unknown> {
  const isReady = async () => (await ask(cluster, '/readyz', token).catch(() => undefined))?.status === 200;
  return waitFor('the API server', isReady, { timeoutMs: 60_000 });
}
