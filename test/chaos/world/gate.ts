// A gate in front of a server, on a port that stays: connections can be cut, refused, or held so that nothing comes through.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A gate. */
export type Gate = {
  /** The server's URL through the gate. */
  url: string;
  /** Breaks every connection; new ones are let through. */
  cut(): void;
  /** Breaks every connection and refuses new ones. */
  shut(): void;
  /** Keeps every connection, also new ones, and lets nothing through, as a network that swallows packets. */
  hold(): void;
  /** Lets everything through, also what was held. */
  open(): void;
  close(): Promise<void>;
};

type Mode = 'open' | 'shut' | 'held';

/** Opens a gate to the server of a URL. */
export async function openGate(url: string): Promise<Gate> {
  const target = new URL(url);
  const pairs = new Set<() => void>();
  const sockets = new Set<Socket>();
  let mode: Mode = 'open';
  const server = createServer((outer) => {
    sockets.add(outer);
    outer.on('error', () => undefined).on('close', () => sockets.delete(outer));
    if (mode === 'shut') return void outer.resetAndDestroy();
    let inner: Socket | undefined;
    let flows = false;
    // Called again whenever the mode changes; piping twice would send everything twice.
    const follow = (): void => {
      const shall = mode !== 'held';
      if (shall === flows) return;
      flows = shall;
      if (!shall) {
        for (const side of [outer, inner]) side?.unpipe().pause();
        return;
      }
      inner ??= join(outer, target, sockets);
      outer.pipe(inner).pipe(outer);
    };
    pairs.add(follow);
    outer.on('close', () => pairs.delete(follow));
    follow();
  });
  await listen(server);
  const through = new URL(url);
  [through.hostname, through.port] = ['127.0.0.1', String((server.address() as AddressInfo).port)];
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const change = (next: Mode): void => {
    mode = next;
    for (const follow of pairs) follow();
  };
  return {
    url: through.toString().replace(/\/$/, ''),
    cut,
    shut() {
      mode = 'shut';
      cut();
    },
    hold: () => change('held'),
    open: () => change('open'),
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      return closed;
    },
  };
}

function join(outer: Socket, target: URL, sockets: Set<Socket>): Socket {
  const inner = connect(Number(target.port), target.hostname);
  sockets.add(inner);
  inner
    .on('error', () => undefined)
    .on('close', () => {
      sockets.delete(inner);
      outer.destroy();
    });
  outer.on('close', () => inner.destroy());
  return inner;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
}
