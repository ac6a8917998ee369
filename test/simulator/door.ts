// Who asks is known before much of what they send is read.
import { connect } from 'node:net';
import { test } from 'tap';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { waitFor } from '../helpers/wait.ts';

test('16: bodies of those who are not let in are not read', async (t) => {
  const simulator = await startSimulator({ dataDir: await createTestDirectory(t) });
  t.teardown(() => simulator.stop());
  const { port } = new URL(simulator.url);
  /** Sends the head, says that very much follows, and sends a little of it. */
  const begin = async (path: string, headers: Record<string, string>, sent: number): Promise<string> => {
    let got = '';
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    const lines = Object.entries({ host: 'x', 'content-length': '16000000', ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${' '.repeat(sent)}`);
    await waitFor('an answer', () => /\r\n\r\n/.test(got));
    socket.destroy();
    return got.split('\r\n')[0] ?? '';
  };
  t.match(await begin('/v1/admin/clock', { authorization: 'Bearer wrong' }, 1), / 401 /);
  t.match(await begin('/v1/provider/check', {}, 1), / 401 /, 'no account');
  t.match(await begin('/v1/nothing', {}, 1), / 404 /);
  const caller = { authorization: 'Bearer mine', 'fleetyard-account': '111122223333' };
  t.match(await begin('/v1/provider/check', caller, 70_000), / 400 /, 'of an account that nobody knows, little');

  const body = (size: number) => JSON.stringify({ type: 'none', filling: 'x'.repeat(size) });
  const send = (size: number, token = 'mine') =>
    fetch(`${simulator.url}/v1/provider/check`, {
      method: 'POST',
      body: body(size),
      headers: { ...caller, authorization: `Bearer ${token}` },
    });
  t.not((await send(100)).status, 401, 'whoever comes first makes the account');
  t.not((await send(1_000_000)).status, 400, 'and may then send much');
  t.match(
    await begin('/v1/provider/check', { ...caller, authorization: 'Bearer other' }, 1),
    / 401 /,
    'which nobody else may',
  );
});
