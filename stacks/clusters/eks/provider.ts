// EKS as a provider of clusters.

import type { ClusterProvider } from '../../provider.ts';
import { planAdoption } from './adoption.ts';
import { completeInputs, isUnfinished } from './state.ts';

export const eks: ClusterProvider = {
  programs: {
    network: async () => (await import('./program.ts')).networkProgram,
    cluster: async () => (await import('./program.ts')).clusterProgram,
  },
  recovery: {
    planAdoption,
    loadLookUp: async () => (await import('./look-up.ts')).createLookUpProgram,
    isUnfinished,
  },
  completeInputs,
};
