// The failures of simulated clouds, in the words of the real provider plugins.

/** A call that a cloud refused or lost. */
export class CloudError extends Error {
  /** The cloud's own code, such as `InvalidSubnetID.NotFound`. */
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, retryable = false) {
    super(message);
    this.name = 'CloudError';
    this.code = code;
    this.retryable = retryable;
  }
}
