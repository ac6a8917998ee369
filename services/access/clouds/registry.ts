// The clouds that credentials reach, one row each.

import type { Cloud } from '../../domain/clouds.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import type { CloudAccess } from './cloud-access.ts';
import { gcp } from './gcp.ts';
import { kubernetes } from './kubernetes.ts';
import { ssh } from './ssh.ts';

const clouds = { aws, azure, gcp, kubernetes, ssh } as const satisfies Record<Cloud, CloudAccess>;

/** How a cloud is reached. */
export function getCloudAccess(cloud: Cloud): CloudAccess {
  return clouds[cloud];
}
