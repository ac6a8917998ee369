// Downloads of official releases: fails fast where the network refuses, checks what came against the published checksums.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CONNECT_TIMEOUT_MS = 8_000;
const TOTAL_TIMEOUT_MS = 180_000;

/**
 * Downloads one file.
 * @param {string} url
 * @param {string} file where to write it
 * @param {{ sha256?: string, onBytes?: (done: number, total: number | undefined) => void }} [options]
 * @returns {Promise<void>}
 */
export async function downloadFile(url, file, { sha256, onBytes } = {}) {
  const response = await open(url);
  if (response.body === null) throw new Error(`${url} answered without a body`);
  const length = Number(response.headers.get('content-length'));
  const hash = createHash('sha256');
  let done = 0;
  const meter = new Transform({
    transform(chunk, _encoding, callback) {
      hash.update(chunk);
      done += chunk.length;
      onBytes?.(done, length > 0 ? length : undefined);
      callback(null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (response.body)),
    meter,
    createWriteStream(file),
  );
  const actual = hash.digest('hex');
  if (sha256 !== undefined && actual !== sha256)
    throw new Error(`${url} has checksum ${actual}, published is ${sha256}`);
}

/**
 * Reads a list of checksums as release pages publish it: one `<sha256>  <file name>` a line.
 * @param {string} url
 * @returns {Promise<Map<string, string>>} file name to checksum; empty when none is published
 */
export async function downloadChecksums(url) {
  const response = await open(url).catch(() => undefined);
  const text = response === undefined ? '' : await response.text();
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^([0-9a-f]{64})\s+\*?(\S+)$/.exec(line.trim());
      return match === null ? [] : [/** @type {[string, string]} */ ([match[2], match[1]])];
    }),
  );
}

/** @param {string} url @returns {Promise<Response>} */
async function open(url) {
  const abort = new AbortController();
  // Refusing networks either answer at once or never: waiting for the head of the answer is bounded tightly, the body loosely.
  const head = setTimeout(
    () => abort.abort(new Error(`no answer in ${CONNECT_TIMEOUT_MS / 1000} s`)),
    CONNECT_TIMEOUT_MS,
  );
  setTimeout(() => abort.abort(new Error('took too long')), TOTAL_TIMEOUT_MS).unref();
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  } finally {
    clearTimeout(head);
  }
}
