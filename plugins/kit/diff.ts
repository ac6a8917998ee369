// Compares two sets of inputs property by property and says which changes need a new resource.
import { isObject, UNKNOWN, type Properties, type PropertyPath, type PropertyValue } from './values.ts';

/** How one property changed. */
export type ChangeKind = 'add' | 'delete' | 'update';

/** One change, at a path such as `vpcConfig.subnetIds[0]`. */
export type PropertyChange = { path: string; property: string; kind: ChangeKind; replace: boolean };

/** The answer to a diff. */
export type Diff = { changes: PropertyChange[]; deleteBeforeReplace: boolean };

/**
 * Compares inputs. A path of `replaceOn` names a property (`cidrBlock`, `vpcConfig.subnetIds`) whose change, or any
 * change inside it, replaces the resource.
 */
export function diffProperties(
  olds: Properties,
  news: Properties,
  options: { replaceOn?: string[]; deleteBeforeReplace?: boolean } = {},
): Diff {
  const changes: PropertyChange[] = [];
  const replaceOn = options.replaceOn ?? [];
  compareObjects(olds, news, [], (path, kind) => {
    const plain = path.filter((key) => typeof key === 'string').join('.');
    const replace = replaceOn.some((rule) => plain === rule || plain.startsWith(`${rule}.`));
    changes.push({ path: formatPath(path), property: String(path[0]), kind, replace });
  });
  const replaces = changes.some((change) => change.replace);
  return { changes, deleteBeforeReplace: replaces && options.deleteBeforeReplace === true };
}

/** Writes a path as the engine prints it. */
export function formatPath(path: PropertyPath): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(key)) text += text ? `.${key}` : key;
    else text += `["${key.replaceAll('"', '\\"')}"]`;
  }
  return text;
}

type Report = (path: PropertyPath, kind: ChangeKind) => void;

function compareObjects(olds: Properties, news: Properties, path: PropertyPath, report: Report): void {
  for (const name of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    compareValues(getOwn(olds, name), getOwn(news, name), [...path, name], report);
  }
}

/** A property may be called `constructor` or `__proto__`, as every object's inherited ones are. */
function getOwn(values: Properties, name: string): PropertyValue | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function compareValues(
  old: PropertyValue | undefined,
  next: PropertyValue | undefined,
  path: PropertyPath,
  report: Report,
): void {
  // The engine treats null as absent.
  const [before, after] = [old ?? undefined, next ?? undefined];
  if (before === undefined && after === undefined) return;
  if (before === undefined) return report(path, 'add');
  if (after === undefined) return report(path, 'delete');
  if (before === UNKNOWN || after === UNKNOWN) return report(path, 'update');
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      compareValues(before[index], after[index], [...path, index], report);
    }
    return;
  }
  if (isObject(before) && isObject(after)) return compareObjects(before, after, path, report);
  if (before !== after) report(path, 'update');
}
