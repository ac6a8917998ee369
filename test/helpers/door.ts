// A door in front of a server: it can be shut, so that connections break, or blocked, so that nothing comes through any more.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Test } from 'tap';

/** A door. */
export type Door = {
  /** The server's URL through the door. */
  url: string;
  /** Breaks every connection and refuses new ones. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
  isOpen(): boolean;
  /** Keeps every connection, also new ones, but lets nothing through, as a server that hangs. */
  block(): void;
  /** Lets new connections through; those that were blocked stay so for ever, as after a fault of the network between. */
  openAnew(): void;
  /** Breaks every connection; new ones come through. */
  cut(): void;
};

/** Opens a door to the server of a URL; it is shut at teardown. */
export async function openDoor(t: Test, url: string): Promise<Door> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let blocked = false;
  const server = createServer((socket) => {
    const inner = connect(Number(target.port), target.hostname);
    for (const side of [socket, inner]) {
      sockets.add(side);
      side.on('error', () => undefined).on('close', () => sockets.delete(side));
    }
    if (!blocked) socket.pipe(inner).pipe(socket);
  });
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const shut = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  t.teardown(async () => {
    if (server.listening) await shut();
  });
  const through = new URL(url);
  [through.hostname, through.port] = ['127.0.0.1', String(port)];
  return {
    url: through.toString(),
    shut,
    reopen: () => listen(port),
    isOpen: () => server.listening,
    block() {
      blocked = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    openAnew() {
      blocked = false;
    },
    cut() {
      blocked = false;
      for (const socket of sockets) socket.destroy();
    },
  };
}
