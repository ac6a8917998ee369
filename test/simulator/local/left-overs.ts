// What a daemon leaves when nobody ends its programs with it: the next one knows them by their marker, and by nothing else.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { test, type Test } from 'tap';
import { choosePlace } from '../../../services/simulator/control-planes/local/loopback-address.ts';
import { MARKER } from '../../../services/simulator/control-planes/local/marked-processes.ts';
import { createTestDirectory } from '../../helpers/directory.ts';
import { createTestAccount } from '../../helpers/simulated-account.ts';

function startSleeper(t: Test, folder: string): ChildProcess {
  const sleeper = spawn('/bin/sleep', ['600'], { env: { [MARKER]: folder }, stdio: 'ignore' });
  t.teardown(() => sleeper.kill('SIGKILL'));
  return sleeper;
}

test('a daemon ends what another one of its folder has left, and nothing of anybody else', async (t) => {
  const directory = await realpath(await createTestDirectory(t));
  const planes = join(directory, 'simulator', 'control-planes');
  const [own, neighbour] = [startSleeper(t, join(planes, 'a')), startSleeper(t, `${planes}-of-another/a`)];
  const ended = once(own, 'exit');
  await createTestAccount(t, { dataDir: join(directory, 'simulator') });
  t.same(await ended, [null, 'SIGKILL']);
  t.equal(neighbour.exitCode ?? neighbour.signalCode, null);
});

test('an address of its own follows from the id, and another one is taken when somebody has a port there', async (t) => {
  const first = await choosePlace('some-id', [26443, 22379]);
  t.match(first, { address: /^127\./, shift: 0 });
  t.same(await choosePlace('some-id', [26443, 22379]), first);
  t.not((await choosePlace('other-id', [26443, 22379])).address, first.address);
  const server = createServer().listen(22379, first.address);
  await once(server, 'listening');
  const second = await choosePlace('some-id', [26443, 22379]);
  t.not(second.address, first.address);
  server.close();
  const everywhere = createServer().listen(22379, '0.0.0.0');
  t.teardown(() => everywhere.close());
  await once(everywhere, 'listening');
  const third = await choosePlace('some-id', [26443, 22379]);
  t.ok(third.shift > 0, 'other ports where the usual ones are taken on all addresses');
});
