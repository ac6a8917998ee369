// The key that encrypts Kubernetes secrets of a GKE cluster.

import { CryptoKey } from '@pulumi/gcp/kms/cryptoKey.js';
import { CryptoKeyIAMMember } from '@pulumi/gcp/kms/cryptoKeyIAMMember.js';
import { KeyRing } from '@pulumi/gcp/kms/keyRing.js';
import { getProjectOutput } from '@pulumi/gcp/organizations/getProject.js';
import { interpolate } from '@pulumi/pulumi';
import type { Resource } from '@pulumi/pulumi';
import { getName } from './names.ts';
import type { ClusterScope } from './scope.ts';

const NINETY_DAYS = '7776000s';

/** Makes the key, and lets GKE's own service agent use it. Google never deletes a ring; its name dies with the cluster. */
export function createKey(scope: ClusterScope): { key: CryptoKey; grant: Resource } {
  const { cluster, project, region, labels, options } = scope;
  const ring = new KeyRing('secrets', { name: getName('key-ring', cluster), project, location: region }, options);
  const key = new CryptoKey(
    'secrets',
    { name: getName('crypto-key', cluster, 'secrets'), keyRing: ring.id, rotationPeriod: NINETY_DAYS, labels },
    options,
  );
  const { number } = getProjectOutput({ projectId: project }, { provider: options.provider });
  const grant = new CryptoKeyIAMMember(
    'secrets',
    {
      cryptoKeyId: key.id,
      role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
      member: interpolate`serviceAccount:service-${number}@container-engine-robot.iam.gserviceaccount.com`,
    },
    options,
  );
  return { key, grant };
}
