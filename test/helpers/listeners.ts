// Where processes listen, for tests.
import { readdir, readFile, readlink } from 'node:fs/promises';

/** An address and a port that somebody listens at. */
export type Listener = { address: string; port: number };

const LISTENS = '0A';

/** What these processes listen at, over IPv4 and IPv6. */
export async function listListeners(pids: readonly number[]): Promise<Listener[]> {
  const sockets = new Set((await Promise.all(pids.map(listSockets))).flat());
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  return tables.flatMap((table) =>
    table
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTENS && sockets.has(fields[9] ?? ''))
      .map((fields) => readPlace(fields[1] ?? '')),
  );
}

async function listSockets(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** The kernel writes IPv4 addresses as one number in the machine's order. */
function readPlace(text: string): Listener {
  const [hex = '', port = ''] = text.split(':');
  const address = hex.length === 8 ? [...Buffer.from(hex, 'hex')].toReversed().join('.') : hex;
  return { address, port: Number.parseInt(port, 16) };
}
