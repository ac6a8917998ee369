// Takes out of the CLI's own words what we gave it: it repeats its backend's URL in some errors.

/** The text without the password of a backend's URL and without the given secrets. */
export function hideSecrets(text: string, backendUrl: string, secrets: readonly string[] = []): string {
  const { password } = new URL(backendUrl);
  return [...secrets, password, decodeURIComponent(password)]
    .filter((secret) => secret.length > 0)
    .reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text);
}
