// What creation of any part of the cluster needs beside its plan.

import type { CustomResourceOptions } from '@pulumi/pulumi';

export type ClusterScope = {
  cluster: string;
  project: string;
  region: string;
  labels: Record<string, string>;
  options: CustomResourceOptions & { provider: NonNullable<CustomResourceOptions['provider']> };
};
