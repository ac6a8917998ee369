import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import { findRedis } from '../../toolchain/redis.mjs';
import { createTestDirectory } from '../helpers/directory.ts';

/** A machine without a Redis whose apt and dpkg write down what they are asked and unpack a server that only says its version. */
async function createMachine(t: Test, apt = '') {
  const directory = await createTestDirectory(t);
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  const calls = join(directory, 'calls');
  const program = (name: string, script: string): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> ${calls}\n${script}\n`, { mode: 0o755 });
  program(
    'apt-get',
    `${apt}
case "$1" in
  install) echo 'Inst libjemalloc2 (5.3)'; echo 'Inst adduser (3.1)' ;;
  download) for name; do :; done; echo "$name" > "$name.deb" ;;
esac`,
  );
  program(
    'dpkg',
    `mkdir -p "$3/usr/bin"
printf '#!/bin/sh\\necho "Redis server v=7.0.15"\\n' > "$3/usr/bin/redis-server"
chmod 755 "$3/usr/bin/redis-server"`,
  );
  const env = { PATH: `${bin}:${join(directory, 'coreutils')}`, FLEETYARD_CACHE: join(directory, 'cache') };
  mkdirSync(join(directory, 'coreutils'));
  for (const name of ['mkdir', 'chmod', 'printf', 'sh', 'echo']) {
    writeFileSync(join(directory, 'coreutils', name), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${name} "$@"\n`, {
      mode: 0o755,
    });
  }
  return { env, listCalls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []) };
}

test('hardening 15: Debian’s Redis is unpacked, with what it lacks, and nothing is installed', async (t) => {
  const { env, listCalls } = await createMachine(t);
  const said: string[] = [];
  const found = await findRedis({ env, onProgress: ({ phase }) => said.push(phase) });
  t.match(found, { source: 'debian', version: '7.0.15' });
  const calls = listCalls().filter((call) => call.startsWith('apt-get'));
  t.ok(calls.length > 0);
  for (const call of calls) {
    t.ok(/^apt-get (install --simulate|download) /.test(call), call);
    t.match(call, 'APT::Get::AllowUnauthenticated=false', 'and only what is signed');
    t.match(call, 'Acquire::AllowInsecureRepositories=false');
  }
  const downloaded = calls.filter((call) => call.includes(' download ')).map((call) => call.split(' ').at(-1));
  t.same(downloaded, ['redis-server', 'redis-tools', 'libjemalloc2'], 'nothing that sets up services');
  t.match(said.join('\n'), /unpacking Debian’s redis-server, redis-tools, libjemalloc2; nothing is installed/);
});

test('hardening 15: a package that apt does not vouch for is not unpacked', async (t) => {
  const { env, listCalls } = await createMachine(
    t,
    `case "$1" in download) echo 'E: Hash Sum mismatch' >&2; exit 100 ;; esac`,
  );
  await t.rejects(findRedis({ env }), { message: /no Redis server: .*Hash Sum mismatch/ });
  t.notOk(listCalls().some((call) => call.startsWith('dpkg')));
});

test('hardening 15: who wants nothing fetched says so', async (t) => {
  const { env, listCalls } = await createMachine(t);
  await t.rejects(findRedis({ env: { ...env, FLEETYARD_DOWNLOADS: 'off' } }), { message: /downloads are off: put / });
  t.same(listCalls(), []);
});

test('A machine without lists of packages gets them in a folder of ours', async (t) => {
  const { env, listCalls } = await createMachine(
    t,
    `case "$1 $*" in "install "*State::Lists*) ;; "install "*) exit 100 ;; esac`,
  );
  t.equal((await findRedis({ env })).source, 'debian');
  const update = listCalls().find((call) => call.startsWith('apt-get update'));
  t.match(update, /Dir::State::Lists=\S*cache\S*lists /);
});
