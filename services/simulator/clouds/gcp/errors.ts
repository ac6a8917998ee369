// How Google Cloud refuses: error texts as the provider plugin prints them.
import { CloudError } from '../cloud-error.ts';

/** A refusal of a Google API. */
export function googleError(
  doing: string,
  status: number,
  reason: string,
  message: string,
  retryable = false,
): CloudError {
  return new CloudError(reason, `${doing}: googleapi: Error ${status}: ${message}, ${reason}`, retryable);
}
