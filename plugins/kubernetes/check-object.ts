// Completes the inputs of an object: its name, its namespace, the form in which they are compared.
import { randomBytes } from 'node:crypto';
import type { CheckCall, Checked, CheckFailure } from '../kit/provider.ts';
import { UNKNOWN, type Properties } from '../kit/values.ts';
import { UnreachableError } from './api-error.ts';
import { listSecretPlaces } from './checkpoint.ts';
import type { Cluster } from './cluster.ts';
import { AUTONAMED } from './diff-object.ts';
import { findKnownScope, type Discovery } from './discovery.ts';
import { normalizeInputs } from './inputs.ts';
import {
  isAnnotated,
  keyOf,
  pluck,
  pluckObject,
  pluckText,
  spellForProgram,
  spellForServer,
  withMetadata,
} from './object.ts';

const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** Checks inputs. What is not known yet is left alone. */
export async function checkObject(call: CheckCall, cluster: Cluster): Promise<Checked> {
  const failures = findFailures(call);
  if (failures.length > 0) return { inputs: call.news, failures };
  if (cluster.settings.skipUpdateUnreachable && Object.keys(call.olds).length > 0) {
    if ((await cluster.findFault(call.signal)) !== undefined) return { inputs: call.olds, failures };
  }
  const named = nameObject(normalizeInputs(spellForServer(call.news)), call);
  if ('reason' in named) return { inputs: call.news, failures: [{ property: 'metadata.name', reason: named.reason }] };
  const placed = await placeObject(named.object, cluster, call.signal);
  const inputs = spellForProgram(cluster.settings.serverSideApply ? placed : labelObject(placed, call));
  return { inputs, failures, secrets: listSecretPlaces(inputs) };
}

function findFailures({ news, type }: CheckCall): CheckFailure[] {
  if (!/^kubernetes:[^:]+:[^:]+$/.test(type) || /^kubernetes:helm[.]/.test(type) || type.endsWith('Patch')) {
    return [{ property: 'kind', reason: `this plugin does not know resources of the type ${type}` }];
  }
  const missing = ['apiVersion', 'kind'].filter((name) => pluck(news, name) === undefined);
  return missing.map((property) => ({ property, reason: 'Required value: every object has it' }));
}

type Named = { object: Properties } | { reason: string };

function nameObject(object: Properties, call: CheckCall): Named {
  if (pluck(object, 'metadata') === UNKNOWN || (pluck(object, 'metadata', 'name') ?? '') !== '') return { object };
  if (pluckText(object, 'metadata', 'generateName') !== '') {
    return { reason: 'the `.metadata.generateName` field is not supported in Server-Side Apply mode' };
  }
  const old = keyOf(call.olds).name;
  if (old !== '' && isAnnotated(call.olds, AUTONAMED)) return { object: giveName(object, old) };
  if (call.namesRequired) {
    return { reason: 'autonaming is disabled, resource requires the .metadata.name field to be set' };
  }
  return { object: giveName(object, call.proposedName || `${call.name}-${randomBytes(4).toString('hex')}`) };
}

function giveName(object: Properties, name: string): Properties {
  const annotations = pluck(object, 'metadata', 'annotations');
  if (annotations === UNKNOWN) return withMetadata(object, { name });
  const marked = { ...pluckObject(object, 'metadata', 'annotations'), [AUTONAMED]: 'true' };
  return withMetadata(object, { name, annotations: marked });
}

async function placeObject(object: Properties, cluster: Cluster, signal: AbortSignal): Promise<Properties> {
  if (pluck(object, 'metadata') === UNKNOWN || (pluck(object, 'metadata', 'namespace') ?? '') !== '') return object;
  const namespaced = await findScope(object, cluster.discovery, signal);
  return namespaced ? withMetadata(object, { namespace: cluster.namespace }) : object;
}

/** Of a kind that nobody knows yet it is assumed that it stands in namespaces; the create corrects it. */
async function findScope(object: Properties, discovery: Discovery, signal: AbortSignal): Promise<boolean> {
  const kind = keyOf(object);
  const known = findKnownScope(kind);
  if (known !== undefined) return known;
  try {
    return (await discovery.get(kind, signal)).namespaced;
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof UnreachableError || (error as Error).name === 'NoMatchError') return true;
    throw error;
  }
}

/** Without server-side apply there are no managers to tell whose an object is. */
function labelObject(object: Properties, { olds }: CheckCall): Properties {
  const isNew = Object.keys(olds).length === 0;
  if (!isNew && pluckText(olds, 'metadata', 'labels', MANAGED_BY) !== 'pulumi') return object;
  if (pluck(object, 'metadata', 'labels') === UNKNOWN) return object;
  return withMetadata(object, { labels: { ...pluckObject(object, 'metadata', 'labels'), [MANAGED_BY]: 'pulumi' } });
}
