// Writes kubeconfigs: nothing is in them but what was parsed before.

import { stringify } from 'yaml';
import { writeOutgoingUrl } from '../../outgoing/read-url.ts';
import type { ApiServerAccess } from './api-server-access.ts';

/** The kubeconfig of an API server as YAML; it holds a token or a key and is a secret. */
export function writeKubeconfig({
  name,
  url,
  serverName,
  certificateAuthority,
  token,
  client,
}: ApiServerAccess): string {
  const encode = (pem: string): string => Buffer.from(pem).toString('base64');
  const cluster = {
    server: writeOutgoingUrl(url),
    ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
    ...(certificateAuthority === undefined ? {} : { 'certificate-authority-data': encode(certificateAuthority) }),
  };
  const user = {
    ...(token === undefined ? {} : { token }),
    ...(client === undefined
      ? {}
      : { 'client-certificate-data': encode(client.certificate), 'client-key-data': encode(client.key) }),
  };
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    },
    { lineWidth: 0 },
  );
}
