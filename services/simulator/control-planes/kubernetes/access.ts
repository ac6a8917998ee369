// Who may speak to which simulated API server: the token of the account that owns it, or a service account's.
import { findRow, listObjects, openHub, type ControlPlaneRow } from '../control-planes.ts';
import { CloudError } from '../cloud-error.ts';
import type { Ledger } from '../ledger.ts';
import { object, text } from '../clouds/values.ts';

const HUB = /^hub-(.+)$/;

/** The id in the URL of a simulated API server, whatever its scheme; undefined for any other URL. */
export function findPlaneId(server: string): string | undefined {
  return /^https?:\/\/(?:127\.0\.0\.1|localhost):\d+\/k8s\/([^/]+)\/?$/.exec(server)?.[1];
}

/** Finds a control plane; a hub comes to be with the first caller who knows its account's token. */
export function findPlane(ledger: Ledger, id: string, token: string, now: Date): ControlPlaneRow | undefined {
  const row = findRow(ledger, id);
  if (row) return row;
  const account = HUB.exec(id)?.[1];
  return account !== undefined && token !== '' && ledger.admit(account, token, now)
    ? openHub(ledger, account, now)
    : undefined;
}

/** Whether a bearer token is good at a control plane. */
export function isAllowed(ledger: Ledger, row: ControlPlaneRow, token: string, now: Date): boolean {
  if (token === '') return false;
  if (ledger.admit(row.account, token, now)) return true;
  const encoded = Buffer.from(token).toString('base64');
  return listObjects(ledger, row.account, row.id).some(
    (each) =>
      // Only what this server issued itself: a hub keeps its members' tokens in Secrets of another type.
      text(each.outputs, 'type') === 'kubernetes.io/service-account-token' &&
      text(object(each.outputs, 'data'), 'token') === encoded,
  );
}

/** The control plane that a kubeconfig leads to, or the failure that a client would see. */
export function openPlane(ledger: Ledger, server: string, token: string, now: Date): ControlPlaneRow {
  const id = findPlaneId(server);
  const row = id === undefined ? undefined : findPlane(ledger, id, token, now);
  if (!row) {
    const host = /^https?:\/\/([^/]+)/.exec(server)?.[1] ?? server;
    const message = `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: Get "${server}/openapi/v2?timeout=32s": dial tcp ${host}: connect: connection refused`;
    throw new CloudError('ECONNREFUSED', message, true);
  }
  if (!isAllowed(ledger, row, token, now)) {
    const message = `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: the server has asked for the client to provide credentials (Unauthorized)`;
    throw new CloudError('Unauthorized', message);
  }
  return row;
}
