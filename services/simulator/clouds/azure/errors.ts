// How Azure refuses: error texts as the provider plugin prints them.
import { CloudError } from '../cloud-error.ts';

/** A refusal of Azure Resource Manager. */
export function azureError(status: number, code: string, message: string, retryable = false): CloudError {
  return new CloudError(code, `Status=${status} Code="${code}" Message="${message}"`, retryable);
}
