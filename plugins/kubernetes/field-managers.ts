// Who owns which fields of an object, as its `managedFields` say: taking over what we made without an apply, and reading ownership.
import { randomBytes } from 'node:crypto';
import { isObject, type Properties, type PropertyValue } from '../kit/values.ts';
import { getAnnotation, pluckList, pluckObject, pluckText } from './object.ts';

const MANAGER_ANNOTATION = 'pulumi.com/patchFieldManager';

/** The manager of objects that were created, or are patched, without an apply. */
export const CREATOR = 'pulumi-kubernetes';

/** Those of our own and of kubectl, by how their names begin (`kubectl-edit`). What they own becomes the applying manager's, as drift does. */
const TAKEN_OVER: [manager: string, operation: string][] = [
  ['kubectl', 'Apply'],
  ['kubectl', 'Update'],
  ['before-first-apply', 'Update'],
  ['pulumi-kubernetes', 'Update'],
  ['pulumi-resource-kubernetes', 'Update'],
];

/** The manager by which an object is applied: the one it names, the one it had, or a new one of its own. */
export function chooseManager(inputs: Properties, kept: string | undefined): string {
  return getAnnotation(inputs, MANAGER_ANNOTATION) || kept || `${CREATOR}-${randomBytes(4).toString('hex')}`;
}

/** Whether the object was made without an apply and its fields are still the creator's. */
export function hasOldManagers(live: Properties): boolean {
  return listManagers(live).some(isTakenOver);
}

/** The patch that gives the fields of old managers to the new one; undefined when there are none. */
export function planTakeOver(live: Properties, manager: string): Properties[] | undefined {
  const entries = listManagers(live);
  if (!entries.some(isTakenOver)) return undefined;
  const own = entries.find((entry) => isApplied(entry, manager));
  const given = entries.filter((entry) => isTakenOver(entry));
  const fields: PropertyValue = [...(own ? [own] : []), ...given].reduce<PropertyValue>(
    (sum, entry) => unite(sum, pluckObject(entry, 'fieldsV1')),
    {},
  );
  const first = own ?? given[0] ?? {};
  const united: Properties = { ...first, manager, operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1: fields };
  const rest = entries.filter((entry) => entry !== own && !isTakenOver(entry));
  return [
    { op: 'replace', path: '/metadata/managedFields', value: [united, ...rest] },
    // Refused when somebody wrote meanwhile.
    { op: 'replace', path: '/metadata/resourceVersion', value: pluckText(live, 'metadata', 'resourceVersion') },
  ];
}

/** Whether others, and not this manager, own the field at a path such as `spec.taints`. */
export function isOwnedByOthers(live: Properties, manager: string, path: string[]): boolean {
  const owners = listManagers(live).filter((entry) => owns(pluckObject(entry, 'fieldsV1'), path));
  return owners.length > 0 && !owners.some((entry) => pluckText(entry, 'manager') === manager);
}

function owns(fields: Properties, path: string[]): boolean {
  let held: PropertyValue | undefined = fields;
  for (const key of path) {
    if (!isObject(held) || !Object.hasOwn(held, `f:${key}`)) return false;
    held = held[`f:${key}`];
  }
  return true;
}

function listManagers(live: Properties): Properties[] {
  return pluckList(live, 'metadata', 'managedFields').filter(isObject);
}

function isApplied(entry: Properties, manager: string): boolean {
  return pluckText(entry, 'manager') === manager && pluckText(entry, 'operation') === 'Apply';
}

/** Status is written by controllers, also under such names; it stays theirs. */
function isTakenOver(entry: Properties): boolean {
  const [manager, operation] = [pluckText(entry, 'manager'), pluckText(entry, 'operation')];
  const isOurs = TAKEN_OVER.some(([begin, how]) => manager.startsWith(begin) && operation === how);
  return isOurs && pluckText(entry, 'subresource') === '';
}

function unite(one: PropertyValue, other: PropertyValue): PropertyValue {
  if (!isObject(one) || !isObject(other)) return other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const both = [...names].map((name): [string, PropertyValue] => {
    const [left, right]: (PropertyValue | undefined)[] = [one[name], other[name]];
    return [name, left === undefined ? (right ?? null) : right === undefined ? left : unite(left, right)];
  });
  return Object.fromEntries(both);
}
