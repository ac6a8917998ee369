// An API server of the user's own, such as a federation's hub: its kubeconfig is the credential.

import { FleetyardError, isFleetyardError } from '../../domain/errors.ts';
import { readKubeconfig } from '../kubeconfig/read-kubeconfig.ts';
import { writeKubeconfig } from '../kubeconfig/write-kubeconfig.ts';
import type { CloudAccess } from './cloud-access.ts';

export const kubernetes: CloudAccess = {
  buildVariables: () => ({}),
  readHubAccess: ({ id, secret: { kubeconfig } }) => {
    if (kubeconfig === undefined) throw new FleetyardError('credential-mismatch', `credential ${id} has no kubeconfig`);
    try {
      return readKubeconfig(kubeconfig);
    } catch (error) {
      if (!isFleetyardError(error, 'validation')) throw error;
      const why = error.details.map(({ message }) => message).join(' ');
      const way = `Make another credential (POST /v1/credentials), and the federation on it; then delete ${id}.`;
      throw new FleetyardError(
        'credential-mismatch',
        `the kubeconfig of credential ${id} may not be used any more. ${why} ${way}`,
      );
    }
  },
  readSecret: ({ kubeconfig }) => ({
    attributes: {},
    secret: { kubeconfig: writeKubeconfig(readKubeconfig(String(kubeconfig))) },
  }),
  describeSimulatedAccount: () => ({}),
};
