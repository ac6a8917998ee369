// An address of its own on loopback for each control plane, so that all may use their usual ports and no two daemons meet.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

/** An address, and by how much the ports differ from the usual ones. */
export type LoopbackPlace = { address: string; shift: number };

const ATTEMPTS = 20;
/** After so many addresses it is the ports that somebody has, on all addresses at once. */
const OF_USUAL_PORTS = 5;
const SHIFT = 10_000;

/** Chooses an address by a control plane's id on which these ports are free; the same one each time, as long as nobody has it. */
export async function choosePlace(id: string, ports: readonly number[]): Promise<LoopbackPlace> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [a = 0, b = 0, c = 0] = createHash('sha256').update(`${id}.${attempt}`).digest();
    // 127.0/10 stays to others, such as a hub or a resolver that somebody put there by hand.
    const address = `127.${64 + (a % 128)}.${b}.${1 + (c % 254)}`;
    const shift = attempt < OF_USUAL_PORTS ? 0 : SHIFT + attempt;
    const free = await Promise.all(ports.map((port) => isFree(address, port + shift)));
    if (free.every(Boolean)) return { address, shift };
  }
  throw new Error(`no address on loopback has the ports ${ports.join(', ')} free`);
}

function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
