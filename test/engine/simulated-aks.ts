// The very programs that make a real AKS cluster, under the real engine on the simulated cloud.
import { test } from 'tap';
import { checkClusterLife } from '../helpers/cluster-life.ts';

test('network, cluster and membership of AKS are made, stay as they are, and go without a trace', (t) =>
  checkClusterLife(t, {
    provider: 'aks',
    region: 'westeurope',
    zones: ['1', '2', '3'],
    version: '1.35.5',
    machine: 'Standard_D2s_v5',
    types: ['azure-native:containerservice:ManagedCluster', 'azure-native:containerservice:AgentPool'],
  }));
