// What the state of a GKE cluster says about what Google Cloud is still making.

import { hasState } from '../../deployed-resources.ts';
import type { DeployedResource } from '../../deployed-resources.ts';

const UNFINISHED = new Set(['CREATING', 'PROVISIONING', 'PENDING', 'UPDATING']);

/** Whether Google Cloud is still making the resource. */
export function isUnfinished(resource: DeployedResource): boolean {
  return hasState(resource, ['status', 'state'], UNFINISHED);
}
