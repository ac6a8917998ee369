import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'tap';
import { findKarmadaFiles, findKubernetesPrograms } from '../../toolchain/kubernetes.mjs';
import { getProgramSet, listProgramSets } from '../../toolchain/program-sets.mjs';
import type { Progress } from '../../toolchain/progress.mjs';
import { compareVersions, GO_MINIMUM } from '../../toolchain/versions.mjs';
import { createTestDirectory } from '../helpers/directory.ts';

const read = (path: string): string => readFileSync(new URL(`../../toolchain/${path}`, import.meta.url), 'utf8');

const { version } = getProgramSet('kwok');

function writeProgram(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A directory with a PATH of its own, an empty cache, and a Go whose programs all say one version. */
async function createMachine(t: Parameters<typeof createTestDirectory>[0]) {
  const directory = await createTestDirectory(t);
  const bin = join(directory, 'bin');
  const env = { PATH: `${bin}:/usr/bin:/bin`, FLEETYARD_CACHE: join(directory, 'cache') };
  const module = join(directory, 'module');
  for (const folder of ['charts/karmada/_crds', 'artifacts/deploy']) {
    mkdirSync(join(module, folder), { recursive: true });
    writeFileSync(join(module, folder, 'one.yaml'), 'kind: One\n');
    chmodSync(join(module, folder, 'one.yaml'), 0o444);
    chmodSync(join(module, folder), 0o555);
  }
  const installGo = (said: string, names: readonly string[]): string =>
    writeProgram(
      join(bin, 'go'),
      `case "$1 $*" in
        env*) echo go1.26.0 ;;
        list*' -m '*) echo ${module} ;;
        list*) printf 'a\\nb\\n' ;;
        build*)
          echo built >> ${directory}/builds
          while [ "$1" != -o ]; do shift; done
          for name in ${names.join(' ')}; do
            printf '#!/bin/sh\\necho version v${said}\\n' > "$2$name"; chmod +x "$2$name"
          done ;;
      esac`,
    );
  return { directory, bin, env, installGo };
}

test('Every set is built in its version, by a Go that the finder accepts', async (t) => {
  for (const name of listProgramSets()) {
    const set = getProgramSet(name);
    const module = read(`${set.module}/go.mod`);
    const path = Object.values(set.programs)[0] ?? '';
    const required = [...module.matchAll(/^(?:require |\t)(\S+) v(\S+)$/gm)].find(([, root = '']) =>
      path.startsWith(root),
    );
    t.equal(required?.[2], set.version, name);
    for (const program of Object.values(set.programs)) t.match(module, program, `${program} is a tool of the module`);
    const wanted = /^go (\d+\.\d+)/m.exec(module)?.[1] ?? '';
    t.ok(compareVersions(wanted, GO_MINIMUM) <= 0, `${name} wants Go ${wanted}`);
    t.ok(existsSync(new URL(`../../toolchain/${set.module}/go.sum`, import.meta.url)));
  }
});

test('What is missing is built once, into the cache, and found there afterwards', async (t) => {
  const { env, installGo, directory } = await createMachine(t);
  installGo(version, ['kwok', 'kwokctl']);
  const seen: Progress[] = [];
  const found = await findKubernetesPrograms(['kwok'], { env, onProgress: (progress) => seen.push(progress) });
  t.equal(found.kwok, join(directory, 'cache', `kwok-v${version}`, 'bin', 'kwok'));
  t.ok(seen.some(({ subject, phase }) => subject === 'kwok' && phase === 'compiling'));
  const [again, other] = await Promise.all([
    findKubernetesPrograms(['kwok'], { env }),
    findKubernetesPrograms(['kwokctl'], { env }),
  ]);
  t.same(again, found);
  t.equal(basename(other.kwokctl), 'kwokctl');
  t.equal(readFileSync(join(directory, 'builds'), 'utf8'), 'built\n');
});

test("Karmada's definitions come with its programs, and can be deleted again", async (t) => {
  const { env, installGo } = await createMachine(t);
  installGo(getProgramSet('karmada').version, [
    'aggregated-apiserver',
    'controller-manager',
    'karmadactl',
    'scheduler',
    'webhook',
  ]);
  const { crds, deploy } = await findKarmadaFiles({ env });
  t.equal(readFileSync(join(crds, 'one.yaml'), 'utf8'), 'kind: One\n');
  writeFileSync(join(deploy, 'one.yaml'), 'kind: Other\n');
  const { 'karmada-scheduler': scheduler } = await findKubernetesPrograms(['karmada-scheduler'], { env });
  t.ok(existsSync(scheduler));
});

test('A build that says another version is refused, and leaves nothing', async (t) => {
  const { env, installGo, directory } = await createMachine(t);
  installGo('0.0.1', ['kwok', 'kwokctl']);
  await t.rejects(findKubernetesPrograms(['kwok'], { env }), { message: /kwok says it is version 0\.0\.1/ });
  t.notOk(existsSync(join(directory, 'cache', `kwok-v${version}`)));
});

test('Without Go there is one line of advice', async (t) => {
  const { env } = await createMachine(t);
  await t.rejects(findKubernetesPrograms(['etcd'], { env: { ...env, PATH: '/nowhere' } }), {
    message: /^etcd v[\d.]+ can't be built: install Go .* FLEETYARD_KUBERNETES_PROGRAMS$/,
  });
});

test('An explicit directory is held to the version, and must have all of a set', async (t) => {
  const { env, directory } = await createMachine(t);
  const mine = join(directory, 'mine');
  const explicit = { ...env, FLEETYARD_KUBERNETES_PROGRAMS: mine };
  writeProgram(join(mine, 'kwok'), `echo kwok version v${version}`);
  await t.rejects(findKubernetesPrograms(['kwok'], { env: explicit }), { message: /has no kwokctl that runs/ });
  writeProgram(join(mine, 'kwokctl'), 'echo kwokctl version v0.1.0');
  await t.rejects(findKubernetesPrograms(['kwok'], { env: explicit }), { message: /has kwokctl 0\.1\.0.*needs v/ });
  writeProgram(join(mine, 'kwokctl'), `echo kwokctl version v${version}`);
  t.same(await findKubernetesPrograms(['kwok'], { env: explicit }), { kwok: join(mine, 'kwok') });
});

test('Programs on the PATH serve in exactly the pinned version', async (t) => {
  const { env, bin } = await createMachine(t);
  writeProgram(join(bin, 'kwok'), `echo kwok version v${version}`);
  writeProgram(join(bin, 'kwokctl'), `echo kwokctl version v${version}`);
  t.same(await findKubernetesPrograms(['kwok'], { env }), { kwok: join(bin, 'kwok') });
});
