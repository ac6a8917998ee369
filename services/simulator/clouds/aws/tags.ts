// The tags of AWS resources.
import type { Values } from '../../ledger/resource.ts';
import type { CloudContext } from '../resource-type.ts';
import { object } from '../values.ts';

/** What every taggable resource answers about its tags and region. */
export function tagOutputs(context: CloudContext, inputs: Values): Values {
  const tags = object(inputs, 'tags');
  const defaults = object(object(context.config, 'defaultTags'), 'tags');
  return {
    ...(inputs['tags'] === undefined ? {} : { tags }),
    tagsAll: { ...defaults, ...tags },
    region: context.region,
  };
}
