// Names and labels of Google's resources.
import type { Values } from '../../ledger/resource.ts';
import { known, object } from '../values.ts';

const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Names as Compute Engine wants them. */
export function checkName(inputs: Values): { property: string; reason: string }[] {
  const name = known(inputs, 'name');
  if (name === undefined || NAME.test(name)) return [];
  const reason = `"name" ("${name}") doesn't match regexp "^(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)$"`;
  return [{ property: 'name', reason }];
}

/** What every labelled resource answers. */
export function labelOutputs(inputs: Values, property = 'labels'): Values {
  const labels = object(inputs, property);
  return {
    [property]: labels,
    pulumiLabels: labels,
    effectiveLabels: { ...labels, 'goog-pulumi-provisioned': 'true' },
  };
}
