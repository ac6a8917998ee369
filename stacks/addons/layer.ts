// The addons layer: what lives inside a cluster is the same whoever runs it.

import type { SharedLayer } from '../provider.ts';
import type { AddonsInputs, AddonsOutputs } from './contract.ts';
import { addonsRecovery } from './recovery.ts';

export const addons: SharedLayer<AddonsInputs, AddonsOutputs> = {
  load: async () => (await import('./program.ts')).addonsProgram,
  recovery: addonsRecovery,
};
