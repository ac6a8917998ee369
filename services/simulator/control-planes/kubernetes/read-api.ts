// The reading part of the HTTP API of simulated API servers, below `/k8s/<id>`: what a federation adapter and kubectl ask for.
import { object, text } from '../../clouds/values.ts';
import { listObjects, type ApiServer } from './api-servers.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Values } from '../../ledger/resource.ts';
import { findRefusal, findServer, identify } from './access.ts';
import { fail, type ApiAnswer, type ApiRequest } from './api-answers.ts';
import { findKindByPlural, groupOf, tokenOf, type Kind } from './kinds.ts';
import { showObject } from './live-object.ts';

type Target = { kind: Kind; namespace: string | undefined; name: string | undefined };

/** Answers a GET; undefined when no such server is there, as for a connection that nobody takes. */
export function answerRead(ledger: Ledger, request: ApiRequest): ApiAnswer | undefined {
  const { id, path, token, now } = request;
  const server = findServer(ledger, id, token, now);
  if (!server) return undefined;
  const identity = identify(ledger, server, token, now);
  if (!identity) return fail(401, 'Unauthorized', 'Unauthorized');
  if (path === '/version') return { status: 200, body: describeVersion(server) };
  if (['/healthz', '/livez', '/readyz'].includes(path)) return { status: 200, body: 'ok' };
  const target = parsePath(path);
  if (!target || (target.kind.hub && server.role !== 'hub')) {
    return fail(404, 'NotFound', 'the server could not find the requested resource');
  }
  const refusal = findRefusal(identity, {
    verb: target.name === undefined ? 'list' : 'get',
    group: groupOf(target.kind),
    resource: target.kind.plural,
    // A namespace is looked at as one of the cluster's objects, and as itself.
    namespace: target.kind.kind === 'Namespace' ? target.name : target.namespace,
    name: target.name,
  });
  if (refusal !== undefined) return fail(403, 'Forbidden', refusal);
  return answerTarget(ledger, server, target, now);
}

function answerTarget(ledger: Ledger, server: ApiServer, target: Target, now: Date): ApiAnswer {
  const { kind, namespace, name } = target;
  const token = tokenOf(kind);
  if (name !== undefined) {
    const id = [server.id, ...(namespace === undefined ? [] : [namespace]), name].join('/');
    const found = ledger.findResource(server.account, token, id);
    if (found) return { status: 200, body: showObject(ledger, server, found, now) };
    return fail(404, 'NotFound', `${kind.plural} "${name}" not found`);
  }
  const items = listObjects(ledger, server.account, server.id)
    .filter((each) => each.type === token)
    .filter((each) => namespace === undefined || text(object(each.outputs, 'metadata'), 'namespace') === namespace)
    .map((each) => showObject(ledger, server, each, now));
  const metadata = { resourceVersion: '1' };
  return { status: 200, body: { apiVersion: kind.apiVersion, kind: `${kind.kind}List`, metadata, items } };
}

function parsePath(path: string): Target | undefined {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const apiVersion = core ? parts[1] : `${parts[1]}/${parts[2]}`;
  const rest = parts.slice(core ? 2 : 3);
  // `namespaces/x` alone is the namespace itself.
  const within = rest[0] === 'namespaces' && rest.length > 2;
  const [plural, name, ...more] = within ? rest.slice(2) : rest;
  const kind = findKindByPlural(apiVersion ?? '', plural ?? '');
  if (!kind || more.length > 0) return undefined;
  return { kind, namespace: within ? rest[1] : undefined, name };
}

function describeVersion(server: ApiServer): Values {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(server.version) ?? [];
  return { major, minor, gitVersion: server.version, platform: 'simulated/none', simulated: true };
}
