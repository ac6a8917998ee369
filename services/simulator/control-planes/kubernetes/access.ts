// Who may speak to which simulated API server: the token of the account that owns it, or a service account's.
import { findApiServer, listObjects, openHub, type ApiServer } from './api-servers.ts';
import { CloudError } from '../../clouds/cloud-error.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { object, text } from '../../clouds/values.ts';

const HUB = /^hub-(.+)$/;

/** The id in the URL of a simulated API server, whatever its scheme; undefined for any other URL. */
export function readServerId(server: string): string | undefined {
  return /^https?:\/\/(?:127\.0\.0\.1|localhost):\d+\/k8s\/([^/]+)\/?$/.exec(server)?.[1];
}

/** Finds an API server; a hub comes to be with the first caller who knows its account's token. */
export function findServer(ledger: Ledger, id: string, token: string, now: Date): ApiServer | undefined {
  const server = findApiServer(ledger, id);
  if (server) return server;
  const account = HUB.exec(id)?.[1];
  return account !== undefined && token !== '' && ledger.admit(account, token, now)
    ? openHub(ledger, account, now)
    : undefined;
}

/** Whether a bearer token is good at an API server. */
export function isAllowed(ledger: Ledger, server: ApiServer, token: string, now: Date): boolean {
  if (token === '') return false;
  if (ledger.admit(server.account, token, now)) return true;
  const encoded = Buffer.from(token).toString('base64');
  return listObjects(ledger, server.account, server.id).some(
    (each) =>
      // Only what this server issued itself: a hub keeps its members' tokens in Secrets of another type.
      text(each.outputs, 'type') === 'kubernetes.io/service-account-token' &&
      text(object(each.outputs, 'data'), 'token') === encoded,
  );
}

/** The API server that a kubeconfig leads to, or the failure that a client would see. */
export function openServer(ledger: Ledger, url: string, token: string, now: Date): ApiServer {
  const id = readServerId(url);
  const found = id === undefined ? undefined : findServer(ledger, id, token, now);
  if (!found) {
    const host = /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? url;
    const message = `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: Get "${url}/openapi/v2?timeout=32s": dial tcp ${host}: connect: connection refused`;
    throw new CloudError('ECONNREFUSED', message, true);
  }
  if (!isAllowed(ledger, found, token, now)) {
    const message = `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: the server has asked for the client to provide credentials (Unauthorized)`;
    throw new CloudError('Unauthorized', message);
  }
  return found;
}
