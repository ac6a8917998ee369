// The membership layer: joining a federation is the same whoever runs the cluster.

import type { SharedLayer } from '../provider.ts';
import type { MembershipInputs, MembershipOutputs } from './contract.ts';
import { membershipRecovery } from './recovery.ts';

export const membership: SharedLayer<MembershipInputs, MembershipOutputs> = {
  load: async () => (await import('./program.ts')).membershipProgram,
  recovery: membershipRecovery,
};
