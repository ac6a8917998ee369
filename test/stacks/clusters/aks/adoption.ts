import { test } from 'tap';
import { planAdoption } from '../../../../stacks/clusters/aks/adoption.ts';

test('ids that follow from inputs are written as an import wants them', async (t) => {
  const context = { stack: 'sk_1', region: 'westeurope', account: { subscriptionId: 'sub' } };
  const plan = (type: string, inputs: Record<string, unknown>) => planAdoption({ urn: 'urn', type, inputs }, context);
  t.strictSame(
    plan('azure-native:containerservice:AgentPool', {
      resourceGroupName: 'rg',
      resourceName: 'fy-a',
      agentPoolName: 'general',
    }),
    {
      kind: 'id',
      id: '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/fy-a/agentPools/general',
    },
  );
  t.strictSame(
    plan('azure-native:authorization:RoleAssignment', { scope: '/subscriptions/sub/x', roleAssignmentName: 'uuid' }),
    { kind: 'id', id: '/subscriptions/sub/x/providers/Microsoft.Authorization/roleAssignments/uuid' },
  );
  t.throws(() => plan('azure-native:storage:StorageAccount', {}), /no rule/);
});
