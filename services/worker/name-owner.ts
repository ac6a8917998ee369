// Names this worker in leases, so that a person and another worker can tell where its processes are, or were.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** `host/boot/pid/random`: a host that was started again has none of the processes that it had before. */
export async function nameOwner(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  return [hostname(), boot.trim().slice(0, 8), process.pid, randomBytes(4).toString('hex')].join('/');
}
