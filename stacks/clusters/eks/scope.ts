// What creation of any part of the cluster needs beside its plan.

import type { CustomResourceOptions } from '@pulumi/pulumi';

export type ClusterScope = {
  cluster: string;
  region: string;
  getTags: (name: string) => Record<string, string>;
  /** Tags for what resources make in turn, such as instances: no reference of their own. */
  inheritedTags: Record<string, string>;
  options: CustomResourceOptions;
};
