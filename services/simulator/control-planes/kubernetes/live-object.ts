// What an API server and its controllers add to an object: identity, token data, the health that a hub reports.
import { randomBytes, randomUUID } from 'node:crypto';
import { object, text } from '../../clouds/values.ts';
import { findApiServer, listObjects, type ApiServer } from './api-servers.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import { identify, readServerId } from './access.ts';

const SERVICE_ACCOUNT = 'kubernetes.io/service-account.name';

/** The object as stored: what was sent, with what the server fills in. */
export function fillObject(
  ledger: Ledger,
  server: ApiServer,
  sent: Values,
  before: Values | undefined,
  now: Date,
): Values {
  const metadata = object(sent, 'metadata');
  const old = object(before, 'metadata');
  const filled: Values = {
    ...sent,
    metadata: {
      ...metadata,
      uid: old['uid'] ?? randomUUID(),
      creationTimestamp: old['creationTimestamp'] ?? now.toISOString(),
      resourceVersion: String(Number(old['resourceVersion'] ?? 0) + 1),
      generation: Number(old['generation'] ?? 0) + 1,
    },
  };
  if (sent['kind'] === 'Namespace') filled['status'] = { phase: 'Active' };
  if (sent['kind'] === 'Secret') fillSecret(ledger, server, filled, before);
  return filled;
}

function fillSecret(ledger: Ledger, server: ApiServer, secret: Values, before: Values | undefined): void {
  const encoded = Object.entries(object(secret, 'stringData')).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  secret['data'] = { ...object(secret, 'data'), ...Object.fromEntries(encoded) };
  secret['type'] ??= 'Opaque';
  if (secret['type'] !== 'kubernetes.io/service-account-token') return;
  const metadata = object(secret, 'metadata');
  const name = text(object(metadata, 'annotations'), SERVICE_ACCOUNT);
  const namespace = text(metadata, 'namespace');
  const account = listObjects(ledger, server.account, server.id).find(
    (each) =>
      text(each.outputs, 'kind') === 'ServiceAccount' &&
      each.name === name &&
      text(object(each.outputs, 'metadata'), 'namespace') === namespace,
  );
  // The token controller serves only accounts that exist.
  if (!account) return;
  const kept = object(before, 'data');
  secret['data'] = {
    ...object(secret, 'data'),
    token: kept['token'] ?? Buffer.from(mintToken(namespace, name)).toString('base64'),
    'ca.crt': Buffer.from(server.certificateAuthority).toString('base64'),
    namespace: Buffer.from(namespace).toString('base64'),
  };
}

/** Shaped like the JWT that it stands for. */
function mintToken(namespace: string, name: string): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'kubernetes/serviceaccount', sub: `system:serviceaccount:${namespace}:${name}` };
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.${randomBytes(32).toString('base64url')}`;
}

/** The object as a reader sees it: the status of a Karmada member is looked at in that moment. */
export function showObject(ledger: Ledger, server: ApiServer, resource: Resource, now: Date): Values {
  const { kind, apiVersion } = resource.outputs;
  if (kind !== 'Cluster' || apiVersion !== 'cluster.karmada.io/v1alpha1') return resource.outputs;
  return { ...resource.outputs, status: describeMember(ledger, server, resource, now) };
}

function describeMember(ledger: Ledger, hub: ApiServer, member: Resource, now: Date): Values {
  const spec = object(member.outputs, 'spec');
  const plane = findApiServer(ledger, readServerId(text(spec, 'apiEndpoint')) ?? '');
  const reference = object(spec, 'secretRef');
  const secret = ledger.findResource(
    hub.account,
    'kubernetes:core/v1:Secret',
    [hub.id, text(reference, 'namespace'), text(reference, 'name')].join('/'),
  );
  const token = Buffer.from(text(object(secret?.outputs, 'data'), 'token'), 'base64').toString();
  const lastTransitionTime = member.createdAt;
  const failed = (reason: string, message: string) => ({
    conditions: [{ type: 'Ready', status: 'False', reason, message, lastTransitionTime }],
  });
  if (!plane) return failed('ClusterNotReachable', 'cluster is not reachable');
  if (!identify(ledger, plane, token, now)) {
    return failed('ClusterNotReachable', 'cluster refuses the credential of the hub');
  }
  const message = 'cluster is healthy and ready to accept workloads (simulated)';
  return {
    kubernetesVersion: plane.version,
    conditions: [{ type: 'Ready', status: 'True', reason: 'ClusterReady', message, lastTransitionTime }],
  };
}
