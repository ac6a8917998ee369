// The simulated Azure: its types, its functions, and what it says where types do not differ.
import { CloudError } from '../cloud-error.ts';
import type { Values } from '../../ledger/resource.ts';
import type { Cloud, CloudContext } from '../resource-type.ts';
import type { ShapeFault } from '../schemas/schema.ts';
import { text } from '../values.ts';
import { aksPoolTypes } from './aks-pools.ts';
import { findAksPrincipal } from './aks-principals.ts';
import { aksTypes } from './aks.ts';
import { azureError } from './errors.ts';
import { getById, groupId, subscriptionOf } from './resource-ids.ts';
import { identityTypes } from './identity.ts';
import { networkTypes } from './network.ts';

function describeFault(fault: ShapeFault): { property: string; reason: string } {
  const property = fault.path;
  if (fault.kind === 'missing') return { property, reason: `missing required property '${property}'` };
  if (fault.kind === 'unknown') {
    const message = `Could not find member '${fault.property}' on object of type 'Resource'. Path '${property}'.`;
    return { property, reason: `Code="InvalidRequestContent" Message="${message}"` };
  }
  return { property, reason: `'${property}' should be of type '${fault.expected}'` };
}

/** The kubeconfig that AKS hands out: server and authority, and a login that runs a program. */
function listUserCredentials(context: CloudContext, args: Values): Values {
  const id = `${groupId(context, text(args, 'resourceGroupName'))}/providers/Microsoft.ContainerService/managedClusters/${text(args, 'resourceName')}`;
  const cluster = getById(context, 'azure-native:containerservice:ManagedCluster', id);
  const name = cluster.name;
  const plane = context.findControlPlane(cluster);
  const authority = Buffer.from(plane?.certificateAuthority ?? '').toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: `https://${text(cluster.outputs, 'fqdn')}`, 'certificate-authority-data': authority },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: `clusterUser_${name}` } }],
    'current-context': name,
    users: [
      {
        name: `clusterUser_${name}`,
        user: { exec: { command: 'kubelogin', apiVersion: 'client.authentication.k8s.io/v1beta1' } },
      },
    ],
  };
  return { kubeconfigs: [{ name: 'clusterUser', value: Buffer.from(JSON.stringify(kubeconfig)).toString('base64') }] };
}

/** The simulated Azure. */
export const azure: Cloud = {
  name: 'azure-native',
  types: [...networkTypes, ...identityTypes, ...aksTypes, ...aksPoolTypes],
  invokes: {
    'azure-native:containerservice:listManagedClusterUserCredentials': listUserCredentials,
    'azure-native:authorization:getClientConfig': (context) => ({
      clientId: context.identity.tenantId,
      // Who calls is a principal of the directory, as simple as can be: the directory's own id.
      objectId: context.identity.tenantId,
      subscriptionId: subscriptionOf(context),
      tenantId: context.identity.tenantId,
    }),
  },
  findPrincipal: findAksPrincipal,
  describeFault,
  throttle(type) {
    const message = `Number of requests for '${type.token}' exceeded the limit. Please try again after '17' seconds.`;
    return azureError(429, 'TooManyRequests', message, true);
  },
  lost: (_type, name) =>
    new CloudError(
      'RequestTimeout',
      `Future#WaitForCompletion: context has been cancelled: StatusCode=202 -- Original Error: context deadline exceeded (${name})`,
      true,
    ),
  busy(resource) {
    const message = `Operation is not allowed because there's an in progress ${resource.state} operation on ${resource.name}.`;
    return azureError(409, 'OperationNotAllowed', message, true);
  },
  gone: ({ id }) => azureError(404, 'ResourceNotFound', `The Resource '${id}' was not found.`),
};
