// What stands in place of a secret.

/** What stands in place of a secret. */
export const redacted = '[redacted]';
