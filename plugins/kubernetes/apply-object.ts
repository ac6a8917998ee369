// Puts an object on the server: made or adopted, changed by an apply, a merge or a replacement, for good or to see what would become of it.
import { randomBytes } from 'node:crypto';
import { isObject, type Properties, type PropertyValue } from '../kit/values.ts';
import { isApplyConflict, isImmutable, listConflicts, type ApiError } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import { CREATOR, hasOldManagers, isOwnedByOthers, planTakeOver } from './field-managers.ts';
import { isDefinition, normalizeInputs } from './inputs.ts';
import { isAnnotated, keyOf, pluck, pluckText, withMetadata } from './object.ts';

/** How an object is written. */
export type Writing = { manager: string; preview: boolean; signal: AbortSignal };

const PATCH_FORCE = 'pulumi.com/patchForce';

/** Makes an object, or adopts one of its name where the provider is told to. */
export async function putNew(cluster: Cluster, inputs: Properties, writing: Writing): Promise<Properties> {
  const { objects, settings } = cluster;
  const { manager, preview, signal } = writing;
  // Made without an apply, as an apply does not stop at what is there; the first update takes the fields over.
  if (!settings.serverSideApply || !settings.upsert) {
    return objects.create(inputs, { manager: CREATOR, dryRun: preview }, signal);
  }
  const force = preview || forces(cluster, inputs);
  const apply = (object: Properties) =>
    explainConflict(manager, () => objects.apply(object, { manager, force, dryRun: preview }, signal));
  try {
    return await apply(inputs);
  } catch (error) {
    // What will be replaced cannot be previewed under its own name.
    if (!preview || !isImmutable(error)) throw error;
    const name = `${keyOf(inputs).name}${randomBytes(3).toString('hex')}`;
    return apply(withMetadata(inputs, { name }));
  }
}

/** A change: what is live, what was asked for last, and what is asked for now. */
export type Change = { live: Properties; olds: Properties; inputs: Properties; ignoreChanges: string[] };

/** Changes an object that is there. */
export async function putChange(cluster: Cluster, change: Change, writing: Writing): Promise<Properties> {
  const { objects, settings } = cluster;
  const { manager, preview, signal } = writing;
  const { inputs } = change;
  if (isDefinition(inputs)) {
    const resourceVersion = pluckText(change.live, 'metadata', 'resourceVersion');
    return objects.replace(withMetadata(inputs, { resourceVersion }), { manager, dryRun: preview }, signal);
  }
  if (!settings.serverSideApply) {
    const body = planMerge(normalizeInputs(change.olds), heedIgnored(change, manager));
    return objects.patch(keyOf(inputs), { type: 'merge', body }, { manager: CREATOR, dryRun: preview }, signal);
  }
  const live = preview ? change.live : await takeOver(cluster, change.live, writing);
  const force = forces(cluster, inputs) || isLegacy(live) || (preview && hasOldManagers(live));
  const object = heedIgnored({ ...change, live }, manager);
  return explainConflict(manager, () => objects.apply(object, { manager, force, dryRun: preview }, signal));
}

/** Gives up what a manager owns; fields that nobody else owns go. */
export async function relinquish(cluster: Cluster, object: Properties, manager: string, signal: AbortSignal) {
  const { apiVersion, kind, name, namespace } = keyOf(object);
  const empty = { apiVersion, kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) } };
  await cluster.objects.apply(empty, { manager, force: false, dryRun: false }, signal);
}

async function takeOver({ objects }: Cluster, live: Properties, { manager, signal }: Writing): Promise<Properties> {
  const body = planTakeOver(live, manager);
  if (!body) return live;
  return objects.patch(keyOf(live), { type: 'json', body }, { manager, dryRun: false }, signal);
}

function forces({ settings }: Cluster, inputs: Properties): boolean {
  return settings.patchForce || isAnnotated(inputs, PATCH_FORCE);
}

/** Objects of old say nothing of managers, and all of their fields would be in the way. */
function isLegacy(live: Properties): boolean {
  return pluck(live, 'metadata', 'managedFields') === undefined;
}

async function explainConflict<T>(manager: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isApplyConflict(error)) throw error;
    throw new Error(sayConflict(manager, error), { cause: error });
  }
}

function sayConflict(manager: string, error: ApiError): string {
  const others = listConflicts(error);
  const who = others.length > 0 ? ` (${others.join('; ')})` : '';
  return `Server-Side Apply field conflict detected: the resource managed by field manager "${manager}" had an apply conflict: ${error.message}${who}`;
}

/** Fields whose changes are ignored: those of other managers are left to them, the rest stays what it is. */
function heedIgnored({ inputs, live, ignoreChanges }: Change, manager: string): Properties {
  let object = inputs;
  for (const place of ignoreChanges) {
    const path = place.split('.');
    if (isOwnedByOthers(live, manager, path)) object = setAt(object, path, undefined);
    else {
      const value = pluck(live, ...path);
      if (value !== undefined) object = setAt(object, path, value);
    }
  }
  return object;
}

function setAt(object: Properties, [name, ...rest]: string[], value: PropertyValue | undefined): Properties {
  if (name === undefined) return object;
  const held = Object.hasOwn(object, name) ? object[name] : undefined;
  if (rest.length > 0) {
    if (value === undefined && !isObject(held)) return object;
    return { ...object, [name]: setAt(isObject(held) ? held : {}, rest, value) };
  }
  const { [name]: _held, ...others } = object;
  return value === undefined ? others : { ...others, [name]: value };
}

/** What a merge patch says: new and changed values, and null for what is no longer asked for. */
function planMerge(olds: Properties, news: Properties): Properties {
  const gone = Object.keys(olds).filter((name) => !Object.hasOwn(news, name));
  const kept = Object.entries(news).map(([name, value]) => {
    const old = olds[name];
    return [name, isObject(value) && isObject(old) ? planMerge(old, value) : value] as const;
  });
  return Object.fromEntries([...kept, ...gone.map((name) => [name, null] as const)]) as Properties;
}
