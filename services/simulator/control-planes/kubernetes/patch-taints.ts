// The one write that simulated hubs take over HTTP: the taints of a member, as `karmadactl taint` sets them.
import type { Ledger } from '../../ledger/ledger.ts';
import type { Values } from '../../ledger/resource.ts';
import { object, text } from '../../clouds/values.ts';
import { findRefusal, findServer, identify } from './access.ts';
import { fail, type ApiAnswer, type ApiRequest } from './api-answers.ts';
import { findKindByPlural, tokenOf } from './kinds.ts';
import { showObject } from './live-object.ts';

const CLUSTER = /^\/apis\/(cluster\.karmada\.io\/v1alpha1)\/clusters\/([^/]+)$/;

const EFFECTS = ['NoSchedule', 'NoExecute'];

/** The first effect that Karmada does not take. */
export function findWrongTaint(taints: unknown): string | undefined {
  if (!Array.isArray(taints)) return undefined;
  return taints.map((taint) => text(taint as Values, 'effect')).find((effect) => !EFFECTS.includes(effect));
}

/** Whether a path leads to a member of a hub. */
export function isMemberPath(path: string): boolean {
  return CLUSTER.test(path);
}

/** Answers a merge patch; undefined when no such server is there. Whatever the patch says beside the taints is refused. */
export function answerTaints(
  ledger: Ledger,
  { id, path, token, body: patch, now }: ApiRequest & { body: Values },
): ApiAnswer | undefined {
  const hub = findServer(ledger, id, token, now);
  if (!hub) return undefined;
  const identity = identify(ledger, hub, token, now);
  if (!identity) return fail(401, 'Unauthorized', 'Unauthorized');
  const [, apiVersion = '', name = ''] = CLUSTER.exec(path) ?? [];
  const group = apiVersion.split('/')[0] ?? '';
  const refusal = findRefusal(identity, { verb: 'patch', group, resource: 'clusters', name });
  if (refusal !== undefined) return fail(403, 'Forbidden', refusal);
  const kind = findKindByPlural(apiVersion, 'clusters');
  const found =
    kind && hub.role === 'hub' ? ledger.findResource(hub.account, tokenOf(kind), `${hub.id}/${name}`) : undefined;
  if (!found) return fail(404, 'NotFound', `clusters "${name}" not found`);
  const taints = object(patch, 'spec')['taints'];
  if (!Array.isArray(taints))
    return fail(405, 'MethodNotAllowed', 'simulated hubs take taints of members and nothing else');
  const wrong = findWrongTaint(taints);
  if (wrong !== undefined) return fail(422, 'Invalid', `spec.taints: Unsupported value: "${wrong}"`);
  const metadata = object(found.outputs, 'metadata');
  const seen = text(object(patch, 'metadata'), 'resourceVersion');
  if (seen !== '' && seen !== text(metadata, 'resourceVersion')) {
    return fail(409, 'Conflict', `Operation cannot be fulfilled on clusters "${name}": the object has been modified`);
  }
  const annotations = object(object(patch, 'metadata'), 'annotations');
  const resourceVersion = String(Number(metadata['resourceVersion'] ?? 0) + 1);
  const outputs = {
    ...found.outputs,
    metadata: { ...metadata, annotations: { ...object(metadata, 'annotations'), ...annotations }, resourceVersion },
    spec: { ...object(found.outputs, 'spec'), taints },
  };
  const written = { ...found, outputs, updatedAt: now.toISOString() };
  ledger.transact(() => ledger.saveResource(written));
  return { status: 200, body: showObject(ledger, hub, written, now) };
}
