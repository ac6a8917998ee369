// Loopback ports of servers: the same one at each start while it is free.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * Chooses a port and remembers it in a file.
 * @param {string} file
 * @param {number} [wanted] takes precedence over the remembered one, and must be free
 * @returns {Promise<number>}
 */
export async function choosePort(file, wanted) {
  if (wanted !== undefined && wanted !== 0) return wanted;
  const remembered = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = (remembered > 0 ? await tryPort(remembered) : undefined) ?? (await tryPort(0));
  if (port === undefined) throw new Error('no free port on loopback');
  writeFileSync(file, String(port));
  return port;
}

/** @param {number} port @returns {Promise<number | undefined>} the port that was free */
function tryPort(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
