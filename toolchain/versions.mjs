// The versions of the outside programs that Fleetyard runs; a test holds them equal to package.json and the go.mod files.

/** The Pulumi CLI: always the version of the SDK in package.json, because the two speak one protocol. */
export const PULUMI_VERSION = '3.259.0';

/** The oldest Node.js that runs the services, where the lock file has none for a platform. */
export const NODE_MINIMUM = '24.0.0';

/** The oldest Go that builds the modules under toolchain/. */
export const GO_MINIMUM = '1.25.0';

/** The oldest Redis that BullMQ works with. */
export const REDIS_MINIMUM = '6.2.0';

/**
 * Compares two dotted versions by their numbers; a leading v and whatever follows the numbers is ignored.
 * @param {string} left
 * @param {string} right
 * @returns {number} negative, zero or positive
 */
export function compareVersions(left, right) {
  const [a, b] = [left, right].map((version) => (version.match(/\d+/g) ?? []).slice(0, 3).map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
