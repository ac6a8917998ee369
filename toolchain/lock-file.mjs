// What package-lock.json lacks: packages of other platforms, and hashes. npm leaves such packages out when it installs over an
// existing node_modules, refuses the lock file it wrote as out of sync at the next `npm ci`, and takes an entry without a
// hash for whatever a registry sends.

/** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], license?: string, optionalDependencies?: Record<string, string> }} LockedPackage */
/** @typedef {Record<string, LockedPackage>} LockedPackages */
/** @typedef {(name: string, version: string) => Promise<LockedPackage>} Describe what a registry says of one version */

/**
 * Packages that others name as optional and that have no entry: the place each belongs to, and its version.
 * @param {LockedPackages} packages
 * @returns {[place: string, version: string][]}
 */
export function listMissing(packages) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isResolved(packages, path, name)) continue;
      const place = `node_modules/${name}`;
      // Two versions of one platform's package: the second goes below the package that wants it.
      const other = found.get(place);
      found.set(other === undefined || other === version ? place : `${path}/${place}`, version);
    }
  }
  return [...found];
}

/**
 * Entries that would be installed whatever came.
 * @param {LockedPackages} packages
 * @returns {string[]} their places
 */
export function listWithoutHash(packages) {
  return Object.entries(packages)
    .filter(([path, { integrity, link }]) => path !== '' && link !== true && !isHash(integrity))
    .map(([path]) => path);
}

/**
 * The packages with what they lacked, in the order that npm writes.
 * @param {LockedPackages} packages
 * @param {Describe} describe
 * @returns {Promise<LockedPackages>}
 */
export async function completeLock(packages, describe) {
  const complete = { ...packages };
  for (const [place, version] of listMissing(packages)) {
    complete[place] = { version, ...(await describe(getName(place), version)), optional: true };
  }
  for (const place of listWithoutHash(complete)) {
    const { version = '' } = complete[place] ?? {};
    const { integrity } = await describe(getName(place), version);
    complete[place] = { version, integrity, ...withoutVersion(complete[place]) };
  }
  const left = listWithoutHash(complete);
  if (left.length > 0) throw new Error(`the registry has no hash of ${left.join(', ')}`);
  return Object.fromEntries(Object.entries(complete).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {LockedPackage | undefined} entry */
function withoutVersion(entry) {
  const { version: _version, integrity: _integrity, ...rest } = entry ?? {};
  return rest;
}

/** @param {string} place e.g. `node_modules/a/node_modules/@scope/b` */
function getName(place) {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** @param {string | undefined} integrity */
function isHash(integrity) {
  return /^sha(512|384|256)-[A-Za-z0-9+/]{43,86}={0,2}$/.test(integrity ?? '');
}

/** @param {LockedPackages} packages @param {string} from @param {string} name */
function isResolved(packages, from, name) {
  for (let path = from; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')))) {
    if (`${path}/node_modules/${name}` in packages) return true;
  }
  return `node_modules/${name}` in packages;
}
