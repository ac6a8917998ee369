// How each AWS resource of an EKS cluster is found after a crash: by its name, or by a look-up of what AWS alone has numbered.

import { adoptByRules, byId, clear, getText } from '../../adoption.ts';
import type { Adoption, AdoptionContext, AdoptionRule, PendingCreate } from '../../adoption.ts';
import { RESOURCE_TAG } from './tags.ts';

/** Look for one resource by its tag, in AWS's tagging API. */
export type TagLookUp = { kind: 'tag'; region: string; resourceType: string; tag: string };

/** Look for one address block of a VPC, which carries no tags. */
export type BlockLookUp = { kind: 'block'; region: string; vpcId: string; cidrBlock: string };

type LookUpRule = (pending: PendingCreate, context: AdoptionContext) => TagLookUp | BlockLookUp;

const RULES: Record<string, AdoptionRule> = {
  'aws:ec2/route:Route': byId('{routeTableId}_{destinationCidrBlock}'),
  'aws:ec2/routeTableAssociation:RouteTableAssociation': byId('{subnetId}/{routeTableId}'),
  'aws:iam/role:Role': byId('{name}'),
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': clear,
  'aws:kms/alias:Alias': byId('{name}'),
  'aws:cloudwatch/logGroup:LogGroup': byId('{name}'),
  'aws:eks/cluster:Cluster': byId('{name}'),
  'aws:eks/addon:Addon': byId('{clusterName}:{addonName}'),
  'aws:eks/nodeGroup:NodeGroup': byId('{clusterName}:{nodeGroupName}'),
};

const LOOK_UPS: Record<string, LookUpRule> = {
  'aws:ec2/vpc:Vpc': byTag('ec2:vpc'),
  'aws:ec2/internetGateway:InternetGateway': byTag('ec2:internet-gateway'),
  'aws:ec2/subnet:Subnet': byTag('ec2:subnet'),
  'aws:ec2/eip:Eip': byTag('ec2:elastic-ip'),
  'aws:ec2/natGateway:NatGateway': byTag('ec2:natgateway'),
  'aws:ec2/routeTable:RouteTable': byTag('ec2:route-table'),
  // IAM is global, and the tagging API knows global resources in this region alone.
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': byTag('iam:oidc-provider', 'us-east-1'),
  'aws:kms/key:Key': byTag('kms:key'),
  'aws:eks/podIdentityAssociation:PodIdentityAssociation': byTag('eks:podidentityassociation'),
  'aws:ec2/launchTemplate:LaunchTemplate': byTag('ec2:launch-template'),
  'aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation': ({ inputs }, { region }) => ({
    kind: 'block',
    region,
    vpcId: getText(inputs, 'vpcId'),
    cidrBlock: getText(inputs, 'cidrBlock'),
  }),
};

/** Tells how to find the resource of a pending create; throws for a type that no program of EKS makes. */
export function planAdoption(pending: PendingCreate, context: AdoptionContext): Adoption {
  return pending.type in LOOK_UPS ? { kind: 'look-up' } : adoptByRules(RULES, pending, context);
}

/** What to ask AWS about a pending create whose adoption is a look-up. */
export function planLookUp(pending: PendingCreate, context: AdoptionContext): TagLookUp | BlockLookUp {
  const rule = LOOK_UPS[pending.type];
  if (rule === undefined) throw new Error(`a ${pending.type} is not looked up`);
  return rule(pending, context);
}

/** The import id of what a look-up found, from its ARN. */
export function getImportId(resourceType: string, arn: string): string {
  if (resourceType === 'iam:oidc-provider') return arn;
  const parts = arn.split('/');
  const last = parts.at(-1) ?? arn;
  return resourceType === 'eks:podidentityassociation' ? `${parts.at(-2) ?? ''},${last}` : last;
}

function byTag(resourceType: string, region?: string): LookUpRule {
  return ({ urn, inputs }, context) => {
    const tags = (inputs['tags'] ?? {}) as Record<string, unknown>;
    const tag = tags[RESOURCE_TAG] ?? `${context.stack}/${urn.split('::').at(-1) ?? ''}`;
    return { kind: 'tag', region: region ?? context.region, resourceType, tag: String(tag) };
  };
}
