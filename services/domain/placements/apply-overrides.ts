// The copy of an object that one cluster gets: its part of the replicas, and the overrides in the order in which Karmada applies them.

import type { Schemas } from '../../contract/schemas.ts';
import { splitPointer } from '../pointers.ts';

/** An object of Kubernetes. */
export type Manifest = Record<string, unknown>;

type Override = Schemas['Override'];
type Container = { name?: unknown; image?: unknown; args?: unknown };

/** Kinds whose images and arguments Karmada knows the place of. */
const templateKinds: readonly unknown[] = ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job'];

/** Makes the copy. What an override says of a place that is not there is left out, as a note. */
export function renderCopy(
  manifest: Manifest,
  replicas: number | null,
  overrides: readonly Override[],
): { manifest: Manifest; notes: string[] } {
  const copy = structuredClone(manifest);
  const notes: string[] = [];
  if (replicas !== null) toObject(copy, 'spec')['replicas'] = replicas;
  for (const { imageRegistry, args = [], labels = {}, patches = [] } of overrides) {
    for (const container of listContainers(copy)) {
      if (imageRegistry !== undefined && typeof container.image === 'string') {
        container.image = replaceRegistry(container.image, imageRegistry);
      }
      for (const change of args) if (container.name === change.container) changeArgs(container, change);
    }
    if (Object.keys(labels).length > 0) Object.assign(toObject(toObject(copy, 'metadata'), 'labels'), labels);
    for (const patch of patches) {
      if (!applyPatch(copy, patch)) notes.push(`the patch finds no place ${patch.path}: the hub would send nothing`);
    }
  }
  return { manifest: copy, notes };
}

function listContainers(manifest: Manifest): Container[] {
  const isTemplate = templateKinds.includes(manifest['kind']);
  if (!isTemplate && manifest['kind'] !== 'Pod') return [];
  const spec = isTemplate ? readObject(readObject(readObject(manifest, 'spec'), 'template'), 'spec') : undefined;
  const containers = (spec ?? readObject(manifest, 'spec'))?.['containers'];
  return Array.isArray(containers) ? (containers as Container[]).filter((each) => typeof each === 'object') : [];
}

/** The first part of an image is a registry when it has a dot or a colon, or is localhost. */
function replaceRegistry(image: string, registry: string): string {
  const [head = '', ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(head) || head === 'localhost');
  return [registry, ...(hasRegistry ? rest : [head, ...rest])].join('/');
}

function changeArgs(container: Container, { add = [], remove = [] }: Schemas['ArgsOverride']): void {
  const own = Array.isArray(container.args) ? container.args.map(String) : [];
  container.args = [...own.filter((arg) => !remove.includes(arg)), ...add];
}

/** Applies one step of a JSON patch; false when there is no such place. */
function applyPatch(manifest: Manifest, { op, path, value }: Schemas['PlainPatch']): boolean {
  const keys = splitPointer(path);
  const last = keys.pop();
  let at: unknown = manifest;
  for (const key of keys) at = step(at, key);
  if (last === undefined || typeof at !== 'object' || at === null) return false;
  return Array.isArray(at) ? patchList(at, last, { op, value }) : patchMap(at as Manifest, last, { op, value });
}

type Change = Pick<Schemas['PlainPatch'], 'op' | 'value'>;

function patchList(list: unknown[], key: string, { op, value }: Change): boolean {
  const index = key === '-' ? list.length : Number(key);
  if (!/^(0|[1-9]\d*|-)$/.test(key) || index > (op === 'add' ? list.length : list.length - 1)) return false;
  list.splice(index, op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [value]));
  return true;
}

function patchMap(map: Manifest, key: string, { op, value }: Change): boolean {
  if (op !== 'add' && !Object.hasOwn(map, key)) return false;
  if (op === 'remove') Reflect.deleteProperty(map, key);
  else Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  return true;
}

function step(at: unknown, key: string): unknown {
  return typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Manifest)[key] : undefined;
}

function readObject(parent: Manifest | undefined, key: string): Manifest | undefined {
  const value = parent?.[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Manifest) : undefined;
}

/** The map below a key, made when it is not there. */
function toObject(parent: Manifest, key: string): Manifest {
  const found = readObject(parent, key);
  if (found !== undefined) return found;
  const made: Manifest = {};
  parent[key] = made;
  return made;
}
