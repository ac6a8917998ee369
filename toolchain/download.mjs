// Downloads of official releases: fails fast where the network refuses, and keeps nothing but what has the pinned checksum.
import { createHash } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CONNECT_TIMEOUT_MS = 8_000;
const TOTAL_TIMEOUT_MS = 180_000;

/**
 * Downloads one file. Whatever goes wrong, nothing is left at `file` that was not checked.
 * @param {string} url
 * @param {string} file where to write it
 * @param {{ sha256: string, onBytes?: (done: number, total: number | undefined) => void, timeoutMs?: number }} options
 * @returns {Promise<void>}
 */
export async function downloadFile(url, file, { sha256, onBytes, timeoutMs = TOTAL_TIMEOUT_MS }) {
  // A plain JavaScript caller may have lost it on the way; comparing with nothing must not pass.
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`${url} is not downloaded: there is no checksum to hold it to`);
  try {
    const actual = await receive(url, file, { onBytes, timeoutMs });
    if (actual !== sha256) throw new Error(`${url} has SHA-256 ${actual}, pinned is ${sha256}: it was deleted`);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/**
 * @param {string} url
 * @param {string} file
 * @param {{ onBytes?: (done: number, total: number | undefined) => void, timeoutMs: number }} options
 * @returns {Promise<string>} the SHA-256 of what came
 */
async function receive(url, file, { onBytes, timeoutMs }) {
  const response = await open(url, timeoutMs);
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
    createWriteStream(file, { mode: 0o600 }),
  );
  return hash.digest('hex');
}

/** @param {string} url @param {number} timeoutMs @returns {Promise<Response>} */
async function open(url, timeoutMs) {
  const abort = new AbortController();
  // Refusing networks either answer at once or never: waiting for the head of the answer is bounded tightly, the body loosely.
  const head = setTimeout(
    () => abort.abort(new Error(`no answer in ${CONNECT_TIMEOUT_MS / 1000} s`)),
    CONNECT_TIMEOUT_MS,
  );
  setTimeout(() => abort.abort(new Error('took too long')), timeoutMs).unref();
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  } finally {
    clearTimeout(head);
  }
}
