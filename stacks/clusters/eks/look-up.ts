// A program without resources that looks pending creates up at AWS; run it as a preview, on a stack of its own.

import { getVpcOutput } from '@pulumi/aws/ec2/getVpc.js';
import { Provider } from '@pulumi/aws/provider.js';
import { getResourcesOutput } from '@pulumi/aws/resourcegroupstaggingapi/getResources.js';
import type { Output } from '@pulumi/pulumi';
import { getImportId } from './adoption.ts';
import type { BlockLookup, TagLookup } from './adoption.ts';
import { RESOURCE_TAG } from './tags.ts';

/**
 * Makes the program: its outputs hold, by URN, the import ids that were found. None means that the cloud made nothing;
 * more than one means that an earlier resource of that name is still there, and the caller knows which ids it owns.
 * The tagging API may lag some seconds behind a create: ask again before believing "none".
 */
export function createLookupProgram(
  lookups: ReadonlyMap<string, TagLookup | BlockLookup>,
): () => Promise<Record<string, Output<string[]>>> {
  return () => {
    const regions = new Set([...lookups.values()].map((lookup) => lookup.region));
    const providers = new Map([...regions].map((region) => [region, new Provider(`aws-${region}`, { region })]));
    const found = [...lookups].map(([urn, lookup]) => {
      const options = { provider: providers.get(lookup.region) };
      return [urn, lookup.kind === 'tag' ? findByTag(lookup, options) : findBlock(lookup, options)] as const;
    });
    return Promise.resolve(Object.fromEntries(found));
  };
}

type LookupOptions = { provider: Provider | undefined };

function findByTag({ resourceType, tag }: TagLookup, options: LookupOptions): Output<string[]> {
  const args = { resourceTypeFilters: [resourceType], tagFilters: [{ key: RESOURCE_TAG, values: [tag] }] };
  return getResourcesOutput(args, options).resourceTagMappingLists.apply((mappings) =>
    mappings.map((mapping) => getImportId(resourceType, mapping.resourceArn)),
  );
}

function findBlock({ vpcId, cidrBlock }: BlockLookup, options: LookupOptions): Output<string[]> {
  return getVpcOutput({ id: vpcId }, options).cidrBlockAssociations.apply((blocks) =>
    blocks
      .filter((block) => block.cidrBlock === cidrBlock && !block.state.startsWith('disassociat'))
      .map((block) => block.associationId),
  );
}
