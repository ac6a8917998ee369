// AKS as a provider of clusters.

import type { ClusterProvider } from '../../provider.ts';
import { planAdoption } from './adoption.ts';
import { completeInputs, isUnfinished } from './state.ts';

export const aks: ClusterProvider = {
  programs: {
    network: async () => (await import('./program.ts')).networkProgram,
    cluster: async () => (await import('./program.ts')).clusterProgram,
  },
  recovery: {
    planAdoption,
    isUnfinished,
  },
  completeInputs,
};
