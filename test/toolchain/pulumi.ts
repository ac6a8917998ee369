import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import type { Progress } from '../../toolchain/progress.mjs';
import { findPulumi } from '../../toolchain/pulumi.mjs';
import { PULUMI_VERSION } from '../../toolchain/versions.mjs';
import { createTestDirectory } from '../helpers/directory.ts';

function writeProgram(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A directory with a PATH of its own, an empty cache, and no network. */
async function createMachine(t: Parameters<typeof createTestDirectory>[0]) {
  const directory = await createTestDirectory(t);
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  const env = { PATH: `${bin}:/usr/bin:/bin`, FLEETYARD_CACHE: join(directory, 'cache'), FLEETYARD_DOWNLOADS: 'off' };
  const program = (name: string, script: string): string => writeProgram(join(bin, name), script);
  /** A Go whose build writes a CLI of the given version and leaves a mark each time. */
  const installGo = (version: string, build = ''): string =>
    program(
      'go',
      `case "$1" in
        env) echo go1.26.0 ;;
        list) printf 'a\\nb\\nc\\n' ;;
        build)
          echo built >> ${directory}/builds
          while [ "$1" != -o ]; do shift; done
          ${build}
          printf '#!/bin/sh\\necho v${version}\\n' > "$2"
          echo a >&2; echo b >&2 ;;
      esac`,
    );
  return { directory, env, program, installGo };
}

test('An explicit path goes before everything else', async (t) => {
  const machine = await createMachine(t);
  machine.program('pulumi', `echo v${PULUMI_VERSION}`);
  const explicit = writeProgram(join(machine.directory, 'mine', 'pulumi'), `echo v${PULUMI_VERSION}`);
  const found = await findPulumi({ env: { ...machine.env, FLEETYARD_PULUMI: explicit } });
  t.same(found, { binary: explicit, version: PULUMI_VERSION, source: 'explicit' });
});

test('An explicit path of another version is refused, not passed over', async (t) => {
  const machine = await createMachine(t);
  const explicit = writeProgram(join(machine.directory, 'mine', 'pulumi'), 'echo v3.1.0');
  await t.rejects(findPulumi({ env: { ...machine.env, FLEETYARD_PULUMI: explicit } }), {
    message: /v3\.1\.0.*needs v3\./,
  });
});

test('The PATH serves when the version is exactly the pinned one', async (t) => {
  const machine = await createMachine(t);
  const binary = machine.program('pulumi', `echo v${PULUMI_VERSION}`);
  t.same(await findPulumi({ env: machine.env }), { binary, version: PULUMI_VERSION, source: 'path' });
});

test('Another version on the PATH is passed over and the CLI is built, once', async (t) => {
  const machine = await createMachine(t);
  machine.program('pulumi', 'echo v3.1.0');
  machine.installGo(PULUMI_VERSION);
  const seen: Progress[] = [];
  const first = await findPulumi({ env: machine.env, onProgress: (progress) => seen.push(progress) });
  t.equal(first.source, 'build');
  t.ok(first.binary.startsWith(machine.env.FLEETYARD_CACHE), 'into the cache');
  t.match(seen.at(-1), { subject: 'Pulumi CLI', phase: 'compiling', done: 2, total: 3 }, 'with a count of packages');
  const second = await findPulumi({ env: machine.env });
  t.same(second, { ...first, source: 'cache' }, 'the second search finds it in the cache');
});

test('Two that search at once build once, and both see how far it is', async (t) => {
  const machine = await createMachine(t);
  const gate = join(machine.directory, 'gate');
  machine.installGo(PULUMI_VERSION, `while [ ! -e ${gate} ]; do sleep 0.05; done`);
  const seen = [false, false];
  const search = async (index: number): Promise<string> => {
    const onProgress = ({ total }: Progress): void => {
      if (total === 3) seen[index] = true;
      // Released only when both know of the build that runs.
      if (seen.every(Boolean)) writeFileSync(gate, '');
    };
    return (await findPulumi({ env: machine.env, onProgress })).source;
  };
  const sources = await Promise.all([search(0), search(1)]);
  t.same(sources.sort(), ['build', 'cache']);
});

test('A build that yields another version leaves nothing in the cache', async (t) => {
  const machine = await createMachine(t);
  machine.installGo('3.1.0');
  await t.rejects(findPulumi({ env: machine.env }), { message: /says it is version 3\.1\.0/ });
  t.same(
    readdirSync(machine.env.FLEETYARD_CACHE).filter((name) => name.startsWith('pulumi') && !name.endsWith('.progress')),
    [],
  );
});

test('Where nothing works the error is one line of advice', async (t) => {
  const machine = await createMachine(t);
  machine.program('go', 'echo go1.20.1');
  const error = await findPulumi({ env: machine.env }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  t.match(error?.message, /install Go 1\.25\.0 or newer, or put pulumi v3\.259\.0 on the PATH/);
  t.notMatch(error?.message, '\n');
});

test('A search that is given up ends its build', async (t) => {
  const machine = await createMachine(t);
  machine.installGo(PULUMI_VERSION, `echo $$ > ${machine.directory}/go.pid; while :; do sleep 0.05; done`);
  const abort = new AbortController();
  const onProgress = ({ total }: Progress): void => {
    if (total === 3) abort.abort();
  };
  await t.rejects(findPulumi({ env: machine.env, onProgress, signal: abort.signal }), { message: /given up/ });
  t.notOk(existsSync(join(machine.env.FLEETYARD_CACHE, `pulumi-v${PULUMI_VERSION}`, 'bin', 'pulumi')));
  machine.installGo(PULUMI_VERSION);
  t.equal((await findPulumi({ env: machine.env })).source, 'build', 'and the next search is not held up by its lock');
});
