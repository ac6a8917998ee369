// ARNs of a simulated account.
import type { CloudContext } from '../resource-type.ts';

/** An ARN of the simulated account. */
export function arnOf(context: CloudContext, service: string, resource: string, region = context.region): string {
  const partition = context.region.startsWith('cn-') ? 'aws-cn' : 'aws';
  return `arn:${partition}:${service}:${region}:${context.identity.accountId}:${resource}`;
}
