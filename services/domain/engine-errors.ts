// The classes that engine failures fall into, which are retried by themselves, after how long, and how often.

/** How one class of engine failure is met. */
export type RetryRule = {
  /** Automatic retries of one operation for this class; 0 means a person must act first. */
  retries: number;
  /** First delay in seconds; doubled with each retry up to `maxSeconds`. */
  baseSeconds: number;
  maxSeconds: number;
  /** What a person can do when Fleetyard gave up. */
  advice: string;
};

/** Every class with its rule. */
export const engineErrorRules = {
  throttled: {
    retries: 8,
    baseSeconds: 5,
    maxSeconds: 300,
    advice: 'The cloud refused the pace of calls. Retry later, or ask for a higher rate limit.',
  },
  conflict: {
    retries: 6,
    baseSeconds: 10,
    maxSeconds: 300,
    advice: 'Another change runs on the same resource. Wait for it to end, then retry.',
  },
  capacity: {
    retries: 2,
    baseSeconds: 60,
    maxSeconds: 600,
    advice: 'The cloud has no capacity for this machine type here. Retry later, or choose another zone or machine.',
  },
  quota: {
    retries: 0,
    baseSeconds: 0,
    maxSeconds: 0,
    advice: 'A quota of the account is used up. Ask the cloud for more, then retry.',
  },
  credentials: {
    retries: 0,
    baseSeconds: 0,
    maxSeconds: 0,
    advice: 'The credential was refused. Renew it or grant the missing permission, then retry.',
  },
  invalid: {
    retries: 0,
    baseSeconds: 0,
    maxSeconds: 0,
    advice: 'The cloud refused the request. Change the specification; the same one will fail again.',
  },
  unreachable: {
    retries: 6,
    baseSeconds: 5,
    maxSeconds: 300,
    advice: 'The cloud or the cluster could not be reached. Check the network path, then retry.',
  },
  deadline: {
    retries: 2,
    baseSeconds: 60,
    maxSeconds: 600,
    advice:
      'The step took longer than any of its kind should, and was stopped. See at the cloud what it waits for, then retry.',
  },
  gone: {
    retries: 0,
    baseSeconds: 0,
    maxSeconds: 0,
    advice:
      'What the operation was asked for with was deleted since, and a retry would meet the same. Apply the document with what is there, or delete the resource.',
  },
  internal: {
    retries: 0,
    baseSeconds: 0,
    maxSeconds: 0,
    advice: 'Fleetyard failed. See the events of the operation; a retry goes on from the failed step.',
  },
} as const satisfies Record<string, RetryRule>;

/** One class of engine failure. */
export type EngineErrorClass = keyof typeof engineErrorRules;

/** The classes that the frozen input of an operation brings about: whoever runs it again meets the same. */
const frozenClasses: readonly EngineErrorClass[] = ['gone'];

/** Whether an operation that ended with such an error may come to another end when it is retried. */
export function isHelpedByRetry(code: string | undefined): boolean {
  return !frozenClasses.some((frozen) => frozen === code);
}

/** What is stored of a failed step. */
export type OperationError = {
  class: EngineErrorClass;
  /** Redacted text, safe to show. */
  message: string;
  advice: string;
  /** The provider's own code, when one was found. */
  providerCode?: string;
  /** The resource that failed, by its logical name, when known. */
  resource?: string;
};

/** Whether a failure of this class is retried by itself after so many automatic retries for the same class. */
export function mayRetry(errorClass: EngineErrorClass, retriesUsed: number): boolean {
  return retriesUsed < engineErrorRules[errorClass].retries;
}

/**
 * Seconds to wait before the next automatic retry, or undefined when there is none. Half of the delay is fixed and half
 * is drawn by `random` (0 ≤ x < 1), so that operations which failed together do not come back together.
 */
export function retryDelaySeconds(
  errorClass: EngineErrorClass,
  retriesUsed: number,
  random: () => number,
): number | undefined {
  if (!mayRetry(errorClass, retriesUsed)) return undefined;
  const { baseSeconds, maxSeconds } = engineErrorRules[errorClass];
  const full = Math.min(maxSeconds, baseSeconds * 2 ** retriesUsed);
  return full / 2 + (full / 2) * random();
}
