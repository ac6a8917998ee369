// An API server of the user's own, such as a federation's hub: its kubeconfig is the credential.

import { FleetyardError } from '../../domain/errors.ts';
import type { CloudAccess } from './cloud-access.ts';

export const kubernetes: CloudAccess = {
  buildVariables: () => ({}),
  readHubKubeconfig: ({ id, secret: { kubeconfig } }) => {
    if (kubeconfig !== undefined) return kubeconfig;
    throw new FleetyardError('credential-mismatch', `credential ${id} has no kubeconfig`);
  },
  describeAccount: () => ({}),
  describeSimulatedAccount: () => ({}),
};
