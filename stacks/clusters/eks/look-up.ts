// Asks AWS for the ids of pending creates: the tagging API, and a VPC for its address blocks.

import { getVpcOutput } from '@pulumi/aws/ec2/getVpc.js';
import { Provider } from '@pulumi/aws/provider.js';
import { getResourcesOutput } from '@pulumi/aws/resourcegroupstaggingapi/getResources.js';
import type { Output } from '@pulumi/pulumi';
import type { CreateLookUpProgram } from '../../adoption.ts';
import { getImportId, planLookUp } from './adoption.ts';
import type { BlockLookUp, TagLookUp } from './adoption.ts';
import { RESOURCE_TAG } from './tags.ts';

/** Makes the program. The tagging API may lag some seconds behind a create: ask again before believing "none". */
export const createLookUpProgram: CreateLookUpProgram = (pending, context) => {
  const lookUps = pending.map((create) => [create.urn, planLookUp(create, context)] as const);
  return () => {
    const regions = new Set(lookUps.map(([, { region }]) => region));
    const providers = new Map([...regions].map((region) => [region, new Provider(`aws-${region}`, { region })]));
    const found = lookUps.map(([urn, lookUp]) => {
      const options = { provider: providers.get(lookUp.region) };
      return [urn, lookUp.kind === 'tag' ? findByTag(lookUp, options) : findBlock(lookUp, options)] as const;
    });
    return Promise.resolve(Object.fromEntries(found));
  };
};

type LookUpOptions = { provider: Provider | undefined };

function findByTag({ resourceType, tag }: TagLookUp, options: LookUpOptions): Output<string[]> {
  const args = { resourceTypeFilters: [resourceType], tagFilters: [{ key: RESOURCE_TAG, values: [tag] }] };
  return getResourcesOutput(args, options).resourceTagMappingLists.apply((mappings) =>
    mappings.map((mapping) => getImportId(resourceType, mapping.resourceArn)),
  );
}

function findBlock({ vpcId, cidrBlock }: BlockLookUp, options: LookUpOptions): Output<string[]> {
  return getVpcOutput({ id: vpcId }, options).cidrBlockAssociations.apply((blocks) =>
    blocks
      .filter((block) => block.cidrBlock === cidrBlock && !block.state.startsWith('disassociat'))
      .map((block) => block.associationId),
  );
}
