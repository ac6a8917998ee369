// The simulated Google Cloud: its types, its functions, and what it says where types do not differ.
import { createHash } from 'node:crypto';
import { CloudError } from '../cloud-error.ts';
import type { Cloud } from '../resource-type.ts';
import { describeBridgedFault } from '../bridged-faults.ts';
import { text } from '../values.ts';
import { googleError } from './errors.ts';
import { projectOf } from './references.ts';
import { egressTypes } from './egress.ts';
import { findGkePrincipal } from './gke-principals.ts';
import { gkePoolTypes } from './gke-pools.ts';
import { gkeTypes } from './gke.ts';
import { identityTypes } from './identity.ts';
import { networkTypes } from './network.ts';

/** A number for a project id, always the same. */
function projectNumber(project: string): string {
  return String(createHash('sha256').update(project).digest().readUIntBE(0, 5));
}

/** The simulated Google Cloud. */
export const google: Cloud = {
  name: 'gcp',
  types: [...networkTypes, ...egressTypes, ...identityTypes, ...gkeTypes, ...gkePoolTypes],
  invokes: {
    'gcp:organizations/getProject:getProject'(context, args) {
      const projectId = projectOf(context, { project: text(args, 'projectId') });
      const facts = {
        autoCreateNetwork: false,
        billingAccount: '',
        deletionPolicy: 'PREVENT',
        folderId: '',
        orgId: '',
      };
      const labels = { labels: {}, effectiveLabels: {}, pulumiLabels: {}, tags: {} };
      return {
        ...facts,
        ...labels,
        id: `projects/${projectId}`,
        name: projectId,
        projectId,
        number: projectNumber(projectId),
      };
    },
    'gcp:organizations/getClientConfig:getClientConfig': (context) => ({
      accessToken: 'simulated',
      defaultLabels: {},
      id: `projects/${context.identity.project}`,
      project: context.identity.project,
      region: context.region,
      zone: '',
    }),
  },
  findPrincipal: findGkePrincipal,
  describeFault: describeBridgedFault,
  throttle: (type) =>
    googleError(
      `Error creating ${type.token.split(':').at(-1)}`,
      403,
      'rateLimitExceeded',
      "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'",
      true,
    ),
  lost: (type, name) =>
    new CloudError(
      'timeout',
      `Error waiting to create ${type.token.split(':').at(-1)}: timeout while waiting for state to become 'success' (last state: 'pending', timeout: 20m0s) (${name})`,
      true,
    ),
  busy: (resource) =>
    googleError(
      'Error',
      400,
      'FAILED_PRECONDITION',
      `${resource.id} is running incompatible operation (${resource.state}).`,
      true,
    ),
  gone: ({ id }) => googleError('Error', 404, 'notFound', `The resource '${id}' was not found`),
};
