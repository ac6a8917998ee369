// Who may speak to which simulated API server, and what they may do there.
import { findApiServer, openHub, type ApiServer } from './api-servers.ts';
import { listBound, type Person } from './bindings.ts';
import { basicRules } from './builtin-roles.ts';
import { isGranted, type Attempt, type Grant } from './policy-rules.ts';
import { findTokenHolder } from './service-account-tokens.ts';
import { identifyCaller } from '../principals.ts';
import { CloudError } from '../../clouds/cloud-error.ts';
import type { Ledger } from '../../ledger/ledger.ts';

const HUB = /^hub-(.+)$/;

/** Somebody whose token is good at an API server, with what they may do there. */
export type Identity = Person & { rights: readonly Grant[] };

/** An API server with whoever opened it. */
export type Opened = { server: ApiServer; identity: Identity };

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

/** Whose token it is at an API server; undefined for nobody's. */
export function identify(ledger: Ledger, server: ApiServer, token: string, now: Date): Identity | undefined {
  if (token === '') return undefined;
  const holder = findTokenHolder(ledger, server, token, now);
  const found: Identity | undefined = holder ? { ...holder, rights: [] } : identifyCaller(ledger, server, token, now);
  return found && { ...found, rights: [{ rules: basicRules }, ...found.rights, ...listBound(ledger, server, found)] };
}

/** Why somebody may not do something, in the API server's words; undefined when they may. */
export function findRefusal({ user, rights }: Identity, attempt: Attempt): string | undefined {
  if (isGranted(rights, attempt)) return undefined;
  if ('path' in attempt) return `forbidden: User "${user}" cannot ${attempt.verb} path "${attempt.path}"`;
  const { verb, group, resource, namespace, name } = attempt;
  const what = name === undefined ? resource : `${resource} "${name}"`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
}

/** The API server that a kubeconfig leads to, or the failure that a client would see. */
export function openServer(ledger: Ledger, url: string, token: string, now: Date): Opened {
  const id = readServerId(url);
  const server = id === undefined ? undefined : findServer(ledger, id, token, now);
  if (!server) {
    const host = /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? url;
    const message = `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: Get "${url}/openapi/v2?timeout=32s": dial tcp ${host}: connect: connection refused`;
    throw new CloudError('ECONNREFUSED', message, true);
  }
  const identity = identify(ledger, server, token, now);
  if (!identity) {
    const message = `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: the server has asked for the client to provide credentials (Unauthorized)`;
    throw new CloudError('Unauthorized', message);
  }
  return { server, identity };
}
