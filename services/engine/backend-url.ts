// The URL by which the Pulumi CLI reaches its state database.

/**
 * The URL for the CLI, from one for our own driver. Without `sslmode` ours talks plainly, while the CLI's insists on TLS; both
 * have to do the same.
 */
export function toBackendUrl(stateUrl: string): string {
  const url = new URL(stateUrl);
  if (!url.searchParams.has('sslmode')) url.searchParams.set('sslmode', 'disable');
  return url.href;
}
