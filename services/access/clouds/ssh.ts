// Hosts that are reached by SSH: no cloud stands behind them.

import type { CloudAccess } from './cloud-access.ts';

export const ssh: CloudAccess = {
  buildVariables: () => ({}),
  // Nothing is stored of what is not built.
  readSecret: () => ({ attributes: {}, secret: {} }),
  describeSimulatedAccount: () => ({}),
};
