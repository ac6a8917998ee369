// AKS as the engine sees it; programs load Azure's SDK, and so wait until they are asked for.

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
    tagProperties: { given: ['tags'], shown: ['tags'] },
    isUnfinished,
  },
  completeInputs,
};
