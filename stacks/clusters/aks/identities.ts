// The identities of an AKS cluster and what each may do: all of it must stand before the cluster.

import { RoleAssignment } from '@pulumi/azure-native/authorization/roleAssignment.js';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { Input, Resource } from '@pulumi/pulumi';
import { getName, getUuid } from './names.ts';
import type { ClusterScope } from './scope.ts';

/** Azure's built-in roles, by the ids that are the same in every tenant. */
const ROLES = {
  networkContributor: '4d97b98b-1d4f-4787-a291-c67834d212e7',
  managedIdentityOperator: 'f1a07417-d97a-45cb-824c-7a7467783830',
  keyVaultCryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424',
  clusterAdministrator: 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b',
} as const;

/** Makes an identity of the cluster. */
export function createIdentity(role: string, scope: ClusterScope): UserAssignedIdentity {
  return new UserAssignedIdentity(
    role,
    {
      resourceGroupName: scope.resourceGroup,
      resourceName: getName('managed-identity', scope.cluster, role),
      location: scope.location,
      tags: scope.tags,
    },
    scope.options,
  );
}

/** Gives a principal a role on a scope, under a name that depends on the cluster alone. */
export function grantRole(
  name: string,
  role: keyof typeof ROLES,
  principalId: Input<string>,
  target: Input<string>,
  scope: ClusterScope,
): Resource {
  return new RoleAssignment(
    name,
    {
      roleAssignmentName: getUuid(scope.cluster, name),
      roleDefinitionId: `/subscriptions/${scope.subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role]}`,
      principalId,
      // Without it Azure looks the principal up, and a new one is not yet known everywhere.
      principalType: 'ServicePrincipal',
      scope: target,
    },
    scope.options,
  );
}
