// Hosts that are reached by SSH: no cloud stands behind them.

import type { CloudAccess } from './cloud-access.ts';

export const ssh: CloudAccess = {
  buildVariables: () => ({}),
  describeAccount: () => ({}),
  describeSimulatedAccount: () => ({}),
};
