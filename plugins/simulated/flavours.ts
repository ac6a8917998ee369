// The four plugins of the simulated clouds: names, versions and what each makes of its configuration.
import { diffProperties } from '../kit/diff.ts';
import { readKubeconfig } from './kubeconfig.ts';
import type { Flavour } from './thin-provider.ts';

/** The versions are those of the official SDKs, whose programs these plugins serve. */
export const FLAVOURS = {
  aws: { name: 'aws', version: '7.48.0', readConfig: async (config) => config },
  'azure-native': { name: 'azure-native', version: '3.28.0', readConfig: async (config) => config },
  gcp: { name: 'gcp', version: '9.37.0', readConfig: async (config) => config },
  kubernetes: {
    name: 'kubernetes',
    version: '4.34.2',
    readConfig: readKubeconfig,
    // As in the real provider: with an identifier, a renewed kubeconfig is the same cluster.
    async diffConfig(olds, news) {
      const identified = typeof news['clusterIdentifier'] === 'string';
      return diffProperties(olds, news, { replaceOn: identified ? ['clusterIdentifier'] : ['kubeconfig', 'context'] });
    },
  },
} as const satisfies Record<string, Flavour>;

/** Names of the plugins. */
export type PluginName = keyof typeof FLAVOURS;
