// GKE as the engine sees it; programs load Google's SDK, and so wait until they are asked for.

import type { ClusterProvider } from '../../provider.ts';
import { planAdoption } from './adoption.ts';
import { isUnfinished } from './state.ts';

export const gke: ClusterProvider = {
  programs: {
    network: async () => (await import('./program.ts')).networkProgram,
    cluster: async () => (await import('./program.ts')).clusterProgram,
  },
  recovery: {
    planAdoption,
    tagProperties: {
      given: ['labels', 'resourceLabels'],
      shown: ['labels', 'resourceLabels', 'effectiveLabels', 'pulumiLabels'],
    },
    isUnfinished,
  },
  // Running counts are not part of what is configured at GKE, so the state has nothing to add.
  completeInputs: (inputs) => inputs,
};
