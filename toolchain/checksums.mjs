// The pinned SHA-256 of each archive that may be downloaded; what is not in checksums.json is never fetched.
import { readFileSync } from 'node:fs';

const file = new URL('./checksums.json', import.meta.url);

/** @returns {Record<string, string>} */
export function readChecksums() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * @param {string} archive its file name, which holds version and platform
 * @returns {string}
 */
export function getChecksum(archive) {
  const checksum = readChecksums()[archive];
  if (checksum === undefined || !/^[0-9a-f]{64}$/.test(checksum))
    throw new Error(`toolchain/checksums.json has no SHA-256 of ${archive}, so it is not downloaded`);
  return checksum;
}
