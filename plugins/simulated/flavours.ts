// The four plugins of the simulated clouds: names, versions and what each makes of the daemon.
import type { Provider } from '../kit/provider.ts';
import type { AskDaemon } from './daemon-client.ts';
import { createThinProvider } from './thin-provider.ts';

type Plugin = {
  name: string;
  version: string;
  createProvider(ask: AskDaemon, environment: NodeJS.ProcessEnv): Provider | Promise<Provider>;
};

const cloud = (name: string, version: string): Plugin => ({
  name,
  version,
  createProvider: (ask) => createThinProvider({ name, version, readConfig: async (config) => config }, ask),
});

/** The versions are those of the official SDKs, whose programs these plugins serve. */
export const FLAVOURS = {
  aws: cloud('aws', '7.48.0'),
  'azure-native': cloud('azure-native', '3.28.0'),
  gcp: cloud('gcp', '9.37.0'),
  kubernetes: {
    name: 'kubernetes',
    version: '4.34.2',
    // Loaded only here: the clouds' plugins start without it.
    createProvider: async (ask, environment) =>
      (await import('./kubernetes-modes.ts')).createKubernetesModes(ask, environment),
  },
} satisfies Record<string, Plugin>;

/** Names of the plugins. */
export type PluginName = keyof typeof FLAVOURS;
