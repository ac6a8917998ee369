// How recovery finds what a cloud made although nobody saw the end of it: for every resource type of the stacks, the way
// from a pending create to the resource's import id.

import type { CloudAccount } from './contract.ts';
import { RESOURCE_TAG } from './tags.ts';

/** A create that was under way when its runner died, as the deployment's pending operations hold it. */
export type PendingCreate = {
  urn: string;
  type: string;
  inputs: Record<string, unknown>;
  /** The stack's name; with the logical name of the URN it is the value of the tag. */
  stack: string;
};

/** What ids are made of beside a resource's own inputs. */
export type AdoptionContext = { region: string; account: CloudAccount };

/** Look for one resource by its tag, in AWS's tagging API. */
export type TagLookup = { kind: 'tag'; region: string; resourceType: string; tag: string };

/** Look for one address block of a VPC, which carries no tags. */
export type BlockLookup = { kind: 'block'; region: string; vpcId: string; cidrBlock: string };

/**
 * What to do with a pending create. Ids are import ids: the resource goes into the state with that id and **empty
 * outputs**, for then a refresh reads it the way an import does; a resource that is not there is dropped by the same
 * refresh. `clear` means that creating once more is harmless, as the cloud takes the same request twice.
 */
export type Adoption = { kind: 'id'; id: string } | TagLookup | BlockLookup | { kind: 'clear' };

type Rule = (pending: PendingCreate, context: AdoptionContext) => Adoption;

const RULES: Record<string, Rule> = {
  ...getNetworkRulesOfAws(),
  ...getClusterRulesOfAws(),
  ...getRulesOfAzure(),
  ...getRulesOfGoogle(),
};

/** Every type that has a rule, for the test that holds this table and the programs together. */
export const ADOPTABLE_TYPES = Object.keys(RULES);

/** Tells how to find the resource of a pending create; throws for a type that no stack uses. */
export function planAdoption(pending: PendingCreate, context: AdoptionContext): Adoption {
  // Objects of Kubernetes are applied by the server, so that making one again changes nothing.
  if (pending.type.startsWith('kubernetes:')) return { kind: 'clear' };
  const rule = RULES[pending.type];
  if (rule === undefined) throw new Error(`no rule tells how to find a ${pending.type} after a crash`);
  return rule(pending, context);
}

/** The import id of what a look-up found, from its ARN. */
export function getImportId(resourceType: string, arn: string): string {
  if (resourceType === 'iam:oidc-provider') return arn;
  const parts = arn.split('/');
  const last = parts.at(-1) ?? arn;
  return resourceType === 'eks:podidentityassociation' ? `${parts.at(-2) ?? ''},${last}` : last;
}

function getNetworkRulesOfAws(): Record<string, Rule> {
  return {
    'aws:ec2/vpc:Vpc': byTag('ec2:vpc'),
    'aws:ec2/internetGateway:InternetGateway': byTag('ec2:internet-gateway'),
    'aws:ec2/subnet:Subnet': byTag('ec2:subnet'),
    'aws:ec2/eip:Eip': byTag('ec2:elastic-ip'),
    'aws:ec2/natGateway:NatGateway': byTag('ec2:natgateway'),
    'aws:ec2/routeTable:RouteTable': byTag('ec2:route-table'),
    'aws:ec2/route:Route': byId('{routeTableId}_{destinationCidrBlock}'),
    'aws:ec2/routeTableAssociation:RouteTableAssociation': byId('{subnetId}/{routeTableId}'),
    'aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation': ({ inputs }, { region }) => ({
      kind: 'block',
      region,
      vpcId: getText(inputs, 'vpcId'),
      cidrBlock: getText(inputs, 'cidrBlock'),
    }),
  };
}

function getClusterRulesOfAws(): Record<string, Rule> {
  return {
    'aws:iam/role:Role': byId('{name}'),
    'aws:iam/rolePolicyAttachment:RolePolicyAttachment': () => ({ kind: 'clear' }),
    // IAM is global, and the tagging API knows global resources in this region alone.
    'aws:iam/openIdConnectProvider:OpenIdConnectProvider': byTag('iam:oidc-provider', 'us-east-1'),
    'aws:kms/key:Key': byTag('kms:key'),
    'aws:kms/alias:Alias': byId('{name}'),
    'aws:cloudwatch/logGroup:LogGroup': byId('{name}'),
    'aws:eks/cluster:Cluster': byId('{name}'),
    'aws:eks/addon:Addon': byId('{clusterName}:{addonName}'),
    'aws:eks/podIdentityAssociation:PodIdentityAssociation': byTag('eks:podidentityassociation'),
    'aws:ec2/launchTemplate:LaunchTemplate': byTag('ec2:launch-template'),
    'aws:eks/nodeGroup:NodeGroup': byId('{clusterName}:{nodeGroupName}'),
  };
}

function getRulesOfAzure(): Record<string, Rule> {
  const group = '/subscriptions/{@subscriptionId}/resourceGroups/{resourceGroupName}';
  const network = `${group}/providers/Microsoft.Network`;
  const service = `${group}/providers/Microsoft.ContainerService/managedClusters/{resourceName}`;
  const vault = `${group}/providers/Microsoft.KeyVault/vaults/{vaultName}`;
  return {
    'azure-native:resources:ResourceGroup': byId(group),
    'azure-native:network:VirtualNetwork': byId(`${network}/virtualNetworks/{virtualNetworkName}`),
    'azure-native:network:Subnet': byId(`${network}/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}`),
    'azure-native:network:NetworkSecurityGroup': byId(`${network}/networkSecurityGroups/{networkSecurityGroupName}`),
    'azure-native:network:PublicIPAddress': byId(`${network}/publicIPAddresses/{publicIpAddressName}`),
    'azure-native:network:NatGateway': byId(`${network}/natGateways/{natGatewayName}`),
    'azure-native:managedidentity:UserAssignedIdentity': byId(
      `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}`,
    ),
    'azure-native:authorization:RoleAssignment': byId(
      '/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}',
    ),
    'azure-native:keyvault:Vault': byId(vault),
    'azure-native:keyvault:Key': byId(`${vault}/keys/{keyName}`),
    'azure-native:containerservice:ManagedCluster': byId(service),
    'azure-native:containerservice:AgentPool': byId(`${service}/agentPools/{agentPoolName}`),
  };
}

function getRulesOfGoogle(): Record<string, Rule> {
  const project = 'projects/{@project}';
  const regional = `${project}/regions/{region}`;
  const cluster = `${project}/locations/{location}/clusters`;
  return {
    'gcp:compute/network:Network': byId(`${project}/global/networks/{name}`),
    'gcp:compute/subnetwork:Subnetwork': byId(`${regional}/subnetworks/{name}`),
    'gcp:compute/router:Router': byId(`${regional}/routers/{name}`),
    'gcp:compute/address:Address': byId(`${regional}/addresses/{name}`),
    'gcp:compute/routerNat:RouterNat': byId('{@project}/{region}/{router}/{name}'),
    'gcp:compute/firewall:Firewall': byId(`${project}/global/firewalls/{name}`),
    'gcp:serviceaccount/account:Account': byId(
      `${project}/serviceAccounts/{accountId}@{@project}.iam.gserviceaccount.com`,
    ),
    'gcp:projects/iAMMember:IAMMember': () => ({ kind: 'clear' }),
    'gcp:kms/keyRing:KeyRing': byId(`${project}/locations/{location}/keyRings/{name}`),
    'gcp:kms/cryptoKey:CryptoKey': byId('{keyRing}/cryptoKeys/{name}'),
    'gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember': () => ({ kind: 'clear' }),
    'gcp:container/cluster:Cluster': byId(`${cluster}/{name}`),
    'gcp:container/nodePool:NodePool': byId(`${cluster}/{cluster}/nodePools/{name}`),
  };
}

/** A rule whose id is a template: `{name}` is an input, `{@project}` a part of the account. */
function byId(template: string): Rule {
  return ({ inputs }, { account }) => {
    const id = template.replace(/\{(@?)(\w+)\}/g, (_, at: string, name: string) =>
      at === '' ? getText(inputs, name) : getText(account, name),
    );
    // A scope brings its own leading slash.
    return { kind: 'id', id: id.replace(/^\/\//, '/') };
  };
}

function byTag(resourceType: string, region?: string): Rule {
  return ({ urn, inputs, stack }, context) => {
    const tags = (inputs['tags'] ?? {}) as Record<string, unknown>;
    const tag = tags[RESOURCE_TAG] ?? `${stack}/${urn.split('::').at(-1) ?? ''}`;
    return { kind: 'tag', region: region ?? context.region, resourceType, tag: String(tag) };
  };
}

/** An input as text. A reference to a Google resource may be its full path, of which the last segment is the name. */
function getText(values: Record<string, unknown>, name: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new Error(`"${name}" is not known yet`);
  return name === 'router' || name === 'cluster' ? (value.split('/').at(-1) ?? value) : value;
}
