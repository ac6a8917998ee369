// How AWS refuses: error texts as the provider plugin prints them.
import { randomUUID } from 'node:crypto';
import { CloudError } from '../cloud-error.ts';

/** What a call does, for the text of its failure. */
export type AwsCall = {
  /** The SDK's service, `EKS`. */
  service: string;
  operation: string;
  /** The plugin's own words before the SDK's: `creating EKS Cluster (name)`. */
  doing: string;
};

/** A refusal of an AWS API. */
export function awsError(call: AwsCall, status: number, code: string, message: string, retryable = false): CloudError {
  const { service, operation, doing } = call;
  // EC2 answers in XML, whose codes the SDK prints as `api error CODE: …`; the JSON services have typed exceptions.
  const cause = code.endsWith('Exception') ? `${code}: ${message}` : `api error ${code}: ${message}`;
  const head = `operation error ${service}: ${operation}, https response error StatusCode: ${status}`;
  return new CloudError(code, `${doing}: ${head}, RequestID: ${randomUUID()}, ${cause}`, retryable);
}
