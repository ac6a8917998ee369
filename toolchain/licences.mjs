// Which licences packages may have, and which packages have another or none.

/** @typedef {{ name: string, version: string, licence: string | undefined }} LicensedPackage */
/** @typedef {{ allowed: string[], read: Record<string, string> }} LicenceRules `read`: packages whose licence a person read, with what it is */

/**
 * @param {LicensedPackage[]} packages
 * @param {LicenceRules} rules
 * @returns {string[]} a line for each package that may not be used
 */
export function findForbidden(packages, { allowed, read }) {
  return packages
    .filter(({ name, version }) => !(`${name}@${version}` in read))
    .filter(({ licence }) => licence === undefined || !allows(allowed, licence))
    .map(({ name, version, licence }) => `${name}@${version}: ${licence ?? 'says no licence'}`);
}

/**
 * @param {LicensedPackage[]} packages
 * @param {LicenceRules} rules
 * @returns {string[]} readings that no package needs any more
 */
export function findStale(packages, { read }) {
  const present = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  return Object.keys(read).filter((key) => !present.has(key));
}

/**
 * @param {string[]} allowed
 * @param {string} expression of SPDX, e.g. `(MIT OR CC0-1.0)`
 * @returns {boolean} whether the allowed ones are enough; what can't be read is not allowed
 */
export function allows(allowed, expression) {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  /** @returns {boolean} */
  const readOne = () => {
    const word = words[at++];
    if (word === undefined) return false;
    if (word !== '(') return allowed.includes(word);
    const inside = readAny();
    return words[at++] === ')' && inside;
  };
  /** @returns {boolean} */
  const readAll = () => {
    let result = readOne();
    while (words[at] === 'AND') {
      at += 1;
      // Read on before the result decides: the words have to be passed.
      const next = readOne();
      result = result && next;
    }
    return result;
  };
  /** @returns {boolean} */
  const readAny = () => {
    let result = readAll();
    while (words[at] === 'OR') {
      at += 1;
      const next = readAll();
      result = result || next;
    }
    return result;
  };
  const result = readAny();
  return result && at === words.length;
}
