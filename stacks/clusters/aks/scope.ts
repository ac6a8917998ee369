// What creation of any part of the cluster needs beside its plan.

import type { CustomResourceOptions } from '@pulumi/pulumi';

export type ClusterScope = {
  cluster: string;
  location: string;
  resourceGroup: string;
  subscription: string;
  tenant: string;
  nodeSubnetId: string;
  tags: Record<string, string>;
  options: CustomResourceOptions;
};
