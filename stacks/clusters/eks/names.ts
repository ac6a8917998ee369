// Physical names of an EKS cluster's resources, within the limits of AWS.

import { createNaming, DASHED, fitPoolName, type NameRule } from '../../naming.ts';

export const NAME_RULES = {
  'eks-cluster': { min: 1, max: 100, pattern: DASHED },
  'iam-role': { min: 1, max: 64, pattern: DASHED },
  'launch-template': { min: 3, max: 128, pattern: /^[a-zA-Z0-9().\-/_]+$/ },
  'kms-alias': { min: 7, max: 256, pattern: /^alias\/[a-z0-9-]+$/, prefix: 'alias/' },
  // EKS writes to exactly this group, whoever made it first.
  'eks-log-group': {
    min: 1,
    max: 512,
    pattern: /^\/aws\/eks\/[a-z0-9-]+\/cluster$/,
    prefix: '/aws/eks/',
    suffix: '/cluster',
  },
} as const satisfies Record<string, NameRule>;

export const getName = createNaming(NAME_RULES);

/** The name of a node group. */
export function getPoolName(pool: string): string {
  return fitPoolName(pool, 63);
}
