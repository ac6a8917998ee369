// Child entry: brings up the loopback of the network namespace that it was started in, and passes connections on to Unix sockets.
import { execFileSync } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';

/** Where a relay listens, and the socket that leads on. */
export type Passage = { host: string; port: number; path: string };

function pass({ host, port, path }: Passage): Promise<void> {
  const server = createServer((socket) => {
    const inner = connect(path);
    const end = (): void => [socket, inner].forEach((side: Socket) => side.destroy());
    for (const side of [socket, inner]) side.on('error', end).on('close', end);
    socket.pipe(inner).pipe(socket);
  });
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
}

execFileSync('ip', ['link', 'set', 'lo', 'up']);
// The namespace lives as long as this process, and this process no longer than the test that holds its standard input.
process.stdin.on('close', () => process.exit()).resume();
await Promise.all((JSON.parse(process.argv[2] ?? '[]') as Passage[]).map(pass));
process.stdout.write('ready\n');
