// The kubernetes plugin of the simulated home: an API server that the ledger plays is asked through the daemon, any other one as Kubernetes is.
import type { Provider } from '../kit/provider.ts';
import type { Properties } from '../kit/values.ts';
import { diffConfig } from '../kubernetes/diff-config.ts';
import { readKubeconfig, type ApiServer } from '../kubernetes/kubeconfig.ts';
import type { AskDaemon } from './daemon-client.ts';
import { createThinProvider, parseConfig } from './thin-provider.ts';

const PLUGIN = { name: 'kubernetes', version: '4.34.2' };

/** Makes the plugin's provider; which mode it has follows from the kubeconfig that it is configured with. */
export function createKubernetesModes(ask: AskDaemon): Provider {
  let mode: Provider | undefined;
  const getMode = (): Provider => {
    if (mode) return mode;
    throw new Error('the provider is not configured');
  };
  return {
    ...PLUGIN,
    diffConfig: (olds, news) => diffConfig(parseConfig(olds), parseConfig(news)),
    async configure(given) {
      const config = parseConfig(given);
      mode = (await isPlayed(config)) ? createLedgerMode(ask) : await createServerMode();
      await mode.configure?.(config);
    },
    check: (call) => getMode().check(call),
    diff: (call) => getMode().diff(call),
    create: (call) => getMode().create(call),
    read: (call) => getMode().read(call),
    update: (call) => getMode().update(call),
    delete: (call) => getMode().delete(call),
  };
}

/** Whether the kubeconfig's server is one that the daemon plays. One that nobody can read is left to the mode that says so. */
async function isPlayed(config: Properties): Promise<boolean> {
  const server = await readKubeconfig(config).catch(() => undefined);
  return server !== undefined && isLedgerServer(server.url);
}

/**
 * Whether a URL is that of a server which the daemon plays, whatever its port was when the kubeconfig was written. Local control planes have
 * addresses of their own, and strangers' servers may have such a path, but are not here.
 */
export function isLedgerServer(url: string): boolean {
  return /^https?:\/\/(?:127\.0\.0\.1|localhost):\d+\/k8s\/[^/]+\/?$/.test(url);
}

function createLedgerMode(ask: AskDaemon): Provider {
  return createThinProvider({ ...PLUGIN, readConfig: describeServer }, ask);
}

/** What travels with each call: server and token, whether a create may change what is there, and whether what is on a lost server is gone. */
async function describeServer(config: Properties): Promise<Properties> {
  const server = await readKubeconfig(config);
  const upsert = String(config['upsertExistingObjects'] ?? process.env['PULUMI_K8S_UPSERT_EXISTING_OBJECTS']);
  const token = await readToken(server);
  const deleteUnreachable = String(config['deleteUnreachable']) === 'true';
  return { server: server.url, token, upsertExistingObjects: upsert === 'true', deleteUnreachable };
}

async function readToken({ token, tokenFile }: ApiServer): Promise<string> {
  if (tokenFile === undefined) return token ?? '';
  const { readFile } = await import('node:fs/promises');
  return (await readFile(tokenFile, 'utf8')).trim();
}

/** Loaded only here: in ledger mode the plugin starts without it. */
async function createServerMode(): Promise<Provider> {
  const { createKubernetesProvider } = await import('../kubernetes/provider.ts');
  return createKubernetesProvider(PLUGIN);
}
