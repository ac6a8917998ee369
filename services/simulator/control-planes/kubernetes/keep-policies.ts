// Policies of placements at simulated hubs, which are kept and obeyed by nobody: nothing is scheduled there.
import { randomUUID } from 'node:crypto';
import { object } from '../../clouds/values.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import { findRefusal, findServer, identify } from './access.ts';
import { fail, type ApiAnswer, type ApiRequest } from './api-answers.ts';
import { findKindByPlural, groupOf, tokenOf } from './kinds.ts';
import { fillObject, showObject } from './live-object.ts';

const POLICY =
  /^\/apis\/(policy\.karmada\.io\/v1alpha1)\/(clusterpropagationpolicies|clusteroverridepolicies)\/([^/]+)$/;

const verbs: Readonly<Record<string, string>> = { PATCH: 'patch', PUT: 'update', DELETE: 'delete' };

/** Who answers a write of a policy; undefined for what is none. */
export function findPolicyWriter(
  method: string,
  path: string,
): ((ledger: Ledger, request: ApiRequest & { body: Values }) => ApiAnswer | undefined) | undefined {
  const verb = verbs[method];
  return verb !== undefined && POLICY.test(path) ? (ledger, request) => answer(ledger, request, verb) : undefined;
}

/** Takes an apply, a replacement or a removal; undefined when no such server is there. */
function answer(
  ledger: Ledger,
  { id, path, token, body, now }: ApiRequest & { body: Values },
  verb: string,
): ApiAnswer | undefined {
  const hub = findServer(ledger, id, token, now);
  if (!hub) return undefined;
  const identity = identify(ledger, hub, token, now);
  if (!identity) return fail(401, 'Unauthorized', 'Unauthorized');
  const [, apiVersion = '', plural = '', encoded = ''] = POLICY.exec(path) ?? [];
  const name = decodeURIComponent(encoded);
  const kind = findKindByPlural(apiVersion, plural);
  if (!kind || hub.role !== 'hub') return fail(404, 'NotFound', 'the server could not find the requested resource');
  const refusal = findRefusal(identity, { verb, group: groupOf(kind), resource: plural, name });
  if (refusal !== undefined) return fail(403, 'Forbidden', refusal);
  const before = ledger.findResource(hub.account, tokenOf(kind), `${hub.id}/${name}`);
  if (!before && verb !== 'patch') return fail(404, 'NotFound', `${plural} "${name}" not found`);
  if (before && verb === 'delete') {
    ledger.transact(() => ledger.removeResource(before));
    return { status: 200, body: { apiVersion: 'v1', kind: 'Status', status: 'Success' } };
  }
  const metadata = { ...object(body, 'metadata'), name };
  const mark = `${kind.kind.toLowerCase()}.karmada.io/permanent-id`;
  const labels = { [mark]: randomUUID(), ...object(object(before?.outputs, 'metadata'), 'labels') };
  const sent = { ...body, metadata: { ...metadata, labels: { ...labels, ...object(metadata, 'labels') } } };
  const policy: Resource = {
    account: hub.account,
    type: tokenOf(kind),
    id: `${hub.id}/${name}`,
    name,
    region: hub.id,
    state: 'ready',
    inputs: body,
    outputs: fillObject(ledger, hub, sent, before?.outputs, now),
    urn: '',
    createdAt: before?.createdAt ?? now.toISOString(),
    updatedAt: now.toISOString(),
    // No engine made it, so that it is nobody's orphan.
    system: true,
    controlPlane: null,
  };
  ledger.transact(() => ledger.saveResource(policy));
  return { status: before ? 200 : 201, body: showObject(ledger, hub, policy, now) };
}
