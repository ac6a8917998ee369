// EKS as the engine sees it; programs and the look-up load AWS's SDK, and so wait until they are asked for.

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
    tagProperties: { given: ['tags'], shown: ['tags', 'tagsAll'] },
    isUnfinished,
  },
  completeInputs,
};
