// A connection that breaks while it is being made fails what waits for it, and nothing else: a promise of the driver's that nobody
// awaits would end the process.
import { type AddressInfo, connect, createServer } from 'node:net';
import { test, type Test } from 'tap';
import { openStore } from '../../services/store/open-store.ts';
import { waitFor } from '../helpers/wait.ts';
import { openTestStore } from './fixtures.ts';

/** A way to the server that resets each connection instead of passing on what the client says as the nth, when it is told one. */
async function openBrittleWay(t: Test, url: string) {
  const target = new URL(url);
  const way = { url: '', breakAt: undefined as number | undefined, broken: 0 };
  const server = createServer((socket) => {
    const inner = connect(Number(target.port), target.hostname);
    inner.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => inner.destroy()).on('close', () => inner.destroy());
    inner.pipe(socket);
    let said = 0;
    socket.on('data', (chunk) => {
      if (said++ !== way.breakAt) return void inner.write(chunk);
      way.broken += 1;
      socket.resetAndDestroy();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.teardown(() => void server.close());
  const through = new URL(url);
  [through.hostname, through.port] = ['127.0.0.1', String((server.address() as AddressInfo).port)];
  way.url = through.toString();
  return way;
}

const askOne = { code: 'unavailable' };

for (let saying = 0; saying < 6; saying++) {
  test(`a connection breaks when its client speaks for the ${saying + 1}. time`, async (t) => {
    const stray: unknown[] = [];
    const note = (reason: unknown): void => void stray.push(reason);
    process.on('unhandledRejection', note);
    t.teardown(() => process.off('unhandledRejection', note));
    const { url, vault } = await openTestStore(t);
    const way = await openBrittleWay(t, url);
    const store = await openStore({ url: way.url, vault, applicationName: 'brittle', max: 2 });
    t.teardown(() => store.close(0.1));
    way.breakAt = saying;
    const ask = (): Promise<unknown> => store.asSystem((tx) => tx.sql`select 1 as one`);
    const answers = await Promise.allSettled([ask(), ask(), ask()]);
    for (const answer of answers) if (answer.status === 'rejected') t.match(answer.reason, askOne);
    let heard = 0;
    const listening = store
      .listen(
        'any',
        () => undefined,
        () => (heard += 1),
      )
      .catch(() => undefined);
    if (saying < 2) await waitFor('a connection to break', () => way.broken > 0);
    way.breakAt = undefined;
    await listening;
    t.same(await ask(), [{ one: 1 }], 'the next connection works');
    if (saying === 0) await waitFor('the channel to be heard again', () => heard > 0);
    t.same(stray, [], 'no promise fails that nobody awaits');
  });
}
