// Headers of every answer, also where no hook runs: before a request is one, and on the port of measurements.

/** What browsers are told not to do. */
export const plainHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cache-control': 'no-store',
};
