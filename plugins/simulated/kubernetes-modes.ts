// The kubernetes plugin of the simulated home: an API server that the ledger plays is asked through the daemon, any other one as Kubernetes is.
import type { Provider } from '../kit/provider.ts';
import type { Properties } from '../kit/values.ts';
import type { Environment } from '../kubernetes/connection.ts';
import { listSecretPlaces } from '../kubernetes/checkpoint.ts';
import { diffConfig } from '../kubernetes/diff-config.ts';
import { diffObject } from '../kubernetes/diff-object.ts';
import { readKubeconfig, type ApiServer } from '../kubernetes/kubeconfig.ts';
import type { AskDaemon } from './daemon-client.ts';
import { readSettings, type Settings } from '../kubernetes/settings.ts';
import { createThinProvider, parseConfig } from './thin-provider.ts';

const PLUGIN = { name: 'kubernetes', version: '4.34.2' };

/** Makes the plugin's provider; which mode it has follows from the kubeconfig that it is configured with. */
export function createKubernetesModes(ask: AskDaemon, environment: Environment): Provider {
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
      mode = (await isPlayed(config))
        ? createLedgerMode(ask, readSettings(config, environment))
        : await createServerMode(environment);
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

/** What a program asks for is compared, and kept secret, as in the other mode. */
function createLedgerMode(ask: AskDaemon, settings: Settings): Provider {
  const readConfig = (config: Properties) => describeServer(config, settings);
  const thin = createThinProvider({ ...PLUGIN, readConfig }, ask);
  return {
    ...thin,
    async check(call) {
      const checked = await thin.check(call);
      return { ...checked, secrets: listSecretPlaces(checked.inputs) };
    },
    async diff(call) {
      return diffObject(call, settings);
    },
  };
}

/** What travels with each call: server and token, whether a create may change what is there, and whether what is on a lost server is gone. */
async function describeServer(config: Properties, { upsert, deleteUnreachable }: Settings): Promise<Properties> {
  const server = await readKubeconfig(config);
  return { server: server.url, token: await readToken(server), upsertExistingObjects: upsert, deleteUnreachable };
}

async function readToken({ token, tokenFile }: ApiServer): Promise<string> {
  if (tokenFile === undefined) return token ?? '';
  const { readFile } = await import('node:fs/promises');
  return (await readFile(tokenFile, 'utf8')).trim();
}

/** Loaded only here: in ledger mode the plugin starts without it. */
async function createServerMode(environment: Environment): Promise<Provider> {
  const { createKubernetesProvider } = await import('../kubernetes/provider.ts');
  return createKubernetesProvider(PLUGIN, environment);
}
