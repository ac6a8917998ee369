// The TLS listener: its pair is checked at the start, taken anew without a connection lost, and kept when the new one is no good.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { test, type Test } from 'tap';
import { answerClientError, createBoundedServer, defaultSocketBounds } from '../../services/http/bounded-server.ts';
import { readTlsPair, watchTlsPair } from '../../services/http/tls.ts';
import { createTestPair, type TestPair } from '../helpers/certificate.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { waitFor } from '../helpers/wait.ts';

async function prepare(t: Test) {
  const directory = await createTestDirectory(t);
  const files = { certFile: join(directory, 'tls.crt'), keyFile: join(directory, 'tls.key') };
  const write = async ({ cert, key }: TestPair) => {
    await writeFile(files.certFile, cert);
    await writeFile(files.keyFile, key);
  };
  const first = createTestPair();
  await write(first);
  return { files, write, first };
}

async function listen(t: Test, bounds = defaultSocketBounds) {
  const prepared = await prepare(t);
  const server = createBoundedServer((_, response) => response.end('here'), bounds, await readTlsPair(prepared.files));
  server.on('clientError', answerClientError).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const said: string[] = [];
  const log = {
    info: (_: unknown, text?: string) => said.push(text ?? ''),
    warn: (_: unknown, text?: string) => said.push(text ?? ''),
  };
  const watched = watchTlsPair(server, prepared.files, log);
  t.teardown(() => {
    watched.close();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const seen = async (): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  return { ...prepared, said, watched, port, seen, server };
}

/** Asks on a kept connection and says by which port of ours it went. */
async function ask(port: number, agent: Agent): Promise<number | undefined> {
  const sent = request({ port, host: '127.0.0.1', agent, rejectUnauthorized: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { localPort } = response.socket;
  await response.resume().toArray();
  return localPort;
}

test('16: a pair that changes is taken anew, and no connection is lost', async (t) => {
  const { write, first, seen, port, said } = await listen(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const connection = await ask(port, agent);
  t.equal(await seen(), first.fingerprint256);
  const second = createTestPair();
  await write(second);
  await waitFor('the new one', async () => (await seen()) === second.fingerprint256);
  t.ok(said.includes('the certificate was taken anew'));
  t.equal(await ask(port, agent), connection, 'the old connection goes on');
});

test('16: a new pair that is no good is reported, and the old one stays', async (t) => {
  const { files, first, seen, said, watched } = await listen(t);
  const broken = { cert: createTestPair().cert, key: createTestPair().key };
  for (const [cert, key] of [
    [broken.cert, broken.key],
    ['nothing', broken.key],
    [broken.cert, 'nothing'],
  ] as const) {
    await writeFile(files.certFile, cert);
    await writeFile(files.keyFile, key);
    said.length = 0;
    await watched.reload();
    t.same(said.slice(0, 1), ['the new certificate is no good; the old one stays']);
    t.equal(await seen(), first.fingerprint256);
  }
});

test('16: older TLS and slow handshakes are refused', async (t) => {
  const { port, server } = await listen(t, { ...defaultSocketBounds, headersSeconds: 1, connections: 2 });
  const old = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const [error] = (await once(old, 'error')) as [Error];
  t.match(error.message, /protocol|version|alert|handshake|reset|disconnected/i);
  const slow = [1, 2, 3].map(() => connectPlain(port, '127.0.0.1').on('error', () => undefined));
  await Promise.all(slow.map((socket) => once(socket, 'connect')));
  const agent = new Agent();
  t.ok(await ask(port, agent), 'who says nothing keeps nobody out');
  await waitFor('their end', () => slow.every(({ closed }) => closed));
  t.ok(server.listening);
});

test('16: a start with a pair that is no good ends with 2 and says what is wrong', async (t) => {
  const { files, first } = await prepare(t);
  const main = fileURLToPath(new URL('../../services/api/main.ts', import.meta.url));
  const start = async (): Promise<string> => {
    const child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: 'postgres://127.0.0.1:1/none',
        REDIS_URL: 'redis://127.0.0.1:1',
        FLEETYARD_TLS_CERT_FILE: files.certFile,
        FLEETYARD_TLS_KEY_FILE: files.keyFile,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = await once(child, 'exit');
    t.equal(code, 2);
    return output;
  };
  await writeFile(files.keyFile, createTestPair().key);
  t.match(await start(), /FLEETYARD_TLS_KEY_FILE: .*tls\.key is not the key of the certificate in .*tls\.crt/);
  await writeFile(files.keyFile, first.key);
  await writeFile(files.certFile, 'nothing');
  t.match(await start(), /FLEETYARD_TLS_CERT_FILE: .*tls\.crt holds no certificate/);
});
