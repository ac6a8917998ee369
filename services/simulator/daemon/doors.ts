// One port with two doors: TLS for the API servers of clusters, plain HTTP for plugins and administrators. The first byte tells them apart.
import type { Server as PlainServer } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';

/** What every TLS connection begins with: a handshake record. */
const HANDSHAKE = 0x16;

/** A server behind which both stand; `closeAll` ends every connection. */
export type Doors = { server: Server; closeAll(): void };

/** Makes the port; it does not listen yet. */
export function createDoors(doors: { plain: PlainServer; secure: SecureServer }): Doors {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Until a door has it, nobody else hears of what goes wrong with it.
    const drop = (): void => void socket.destroy();
    socket.once('error', drop);
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      socket.off('error', drop);
      (first[0] === HANDSHAKE ? doors.secure : doors.plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  return {
    server,
    closeAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
