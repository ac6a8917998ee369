import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import { buildGoProgram, findGo } from '../../toolchain/build-go.mjs';
import { getChecksum, readChecksums } from '../../toolchain/checksums.mjs';
import { downloadFile } from '../../toolchain/download.mjs';
import { fetchPlugins, getArchive, listMissingPlugins, listPlugins } from '../../toolchain/plugins.mjs';
import { findPulumi } from '../../toolchain/pulumi.mjs';
import { runCommand } from '../../toolchain/run-command.mjs';
import { PULUMI_VERSION } from '../../toolchain/versions.mjs';
import { createTestDirectory } from '../helpers/directory.ts';

type Answer = (response: ServerResponse, path: string) => void;

/** A release server that answers as it is told, and keeps count of who asked for what. */
async function startReleaseServer(t: Test, answer: Answer): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    answer(response, url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** An archive as a release has it, with a program that says that it is the right version and leaves a mark when it runs. */
async function packRelease(directory: string, folder: string, program: string, script: string): Promise<Buffer> {
  const inside = join(directory, 'release', folder);
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const archive = join(directory, 'release.tar.gz');
  const { code } = await runCommand('tar', ['-czf', archive, '-C', join(directory, 'release'), folder || program]);
  if (code !== 0) throw new Error('tar failed');
  return readFileSync(archive);
}

/** A machine with nothing but a Go that builds the pinned CLI. */
async function createMachine(t: Test, releases: string) {
  const directory = await createTestDirectory(t);
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'go'),
    `#!/bin/sh
case "$1" in
  env) echo go1.26.0 ;;
  list) echo a ;;
  build)
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\necho v${PULUMI_VERSION}\\n' > "$2" ;;
esac
`,
  );
  chmodSync(join(bin, 'go'), 0o755);
  const cache = join(directory, 'cache');
  return {
    directory,
    mark: join(directory, 'ran'),
    cache,
    env: { PATH: `${bin}:/usr/bin:/bin`, FLEETYARD_CACHE: cache, FLEETYARD_PULUMI_RELEASES: releases },
  };
}

test('hardening 15: a release that is not the pinned one is deleted and never run, whatever checksum it comes with', async (t) => {
  let content: Buffer = Buffer.alloc(0);
  const server = await startReleaseServer(t, (response, path) => {
    // What a server that was taken over would publish beside its archive.
    if (path.endsWith('.txt')) response.end(`${sha256(content)}  pulumi-v${PULUMI_VERSION}-linux-x64.tar.gz\n`);
    else response.end(content);
  });
  const machine = await createMachine(t, server.url);
  content = await packRelease(
    machine.directory,
    'pulumi',
    'pulumi',
    `echo ran > ${machine.mark}; echo v${PULUMI_VERSION}`,
  );
  const said: string[] = [];
  const { source } = await findPulumi({ env: machine.env, onProgress: ({ phase }) => said.push(phase) });
  t.equal(source, 'build', 'the build from pinned modules is taken instead');
  t.notOk(existsSync(machine.mark), 'nothing of the archive ran');
  t.match(said.join('\n'), /download: .* has SHA-256 [0-9a-f]{64}, pinned is [0-9a-f]{64}: it was deleted/);
  t.same(
    readdirSync(machine.cache, { recursive: true }).filter((name) => String(name).endsWith('.tar.gz')),
    [],
  );
});

test('hardening 15: a server without checksums changes nothing', async (t) => {
  let content: Buffer = Buffer.alloc(0);
  const server = await startReleaseServer(t, (response, path) => {
    if (path.endsWith('.txt')) response.writeHead(503).end();
    else response.end(content);
  });
  const machine = await createMachine(t, server.url);
  content = await packRelease(machine.directory, 'pulumi', 'pulumi', `echo v${PULUMI_VERSION}`);
  t.equal((await findPulumi({ env: machine.env })).source, 'build');
  t.notOk(
    server.asked.some((path) => path.endsWith('.txt')),
    'it is not even asked for them',
  );
});

test('hardening 15: what was cut short, is wrong or has no pin leaves no file', async (t) => {
  const directory = await createTestDirectory(t);
  const right = Buffer.from('the release');
  const server = await startReleaseServer(t, (response, path) => {
    if (path === '/right') return void response.end(right);
    if (path === '/wrong') return void response.end('another release');
    response.writeHead(200, { 'content-length': right.length });
    response.write(right.subarray(0, 4), () => response.destroy());
  });
  const file = join(directory, 'file');
  const pinned = { sha256: sha256(right) };
  await t.rejects(downloadFile(`${server.url}/wrong`, file, pinned), { message: /it was deleted/ });
  t.notOk(existsSync(file), 'wrong');
  await t.rejects(downloadFile(`${server.url}/cut`, file, pinned));
  t.notOk(existsSync(file), 'cut short');
  const before = server.asked.length;
  for (const none of ['', 'undefined', sha256(right).toUpperCase()]) {
    await t.rejects(downloadFile(`${server.url}/right`, file, { sha256: none }), { message: /no checksum/ });
  }
  t.equal(server.asked.length, before, 'without a checksum nobody is asked');
  await downloadFile(`${server.url}/right`, file, pinned);
  t.same(readFileSync(file), right, 'the right one is kept');
});

test('hardening 15: each supported platform has the checksum of its release', async (t) => {
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']) {
    t.match(getChecksum(`pulumi-v${PULUMI_VERSION}-${platform}.tar.gz`), /^[0-9a-f]{64}$/, platform);
  }
  t.throws(() => getChecksum('pulumi-v0.0.1-linux-x64.tar.gz'), { message: /no SHA-256 of .* is not downloaded/ });
  const values = Object.values(readChecksums());
  t.equal(new Set(values).size, values.length, 'no two archives have the same one');
});

test('hardening 15: plugins come by the toolchain alone, and none without a pin', async (t) => {
  const server = await startReleaseServer(t, (response) => void response.end('anything'));
  const home = await createTestDirectory(t);
  const env = { FLEETYARD_PLUGIN_RELEASES: server.url };
  t.same(
    listPlugins().map(({ name }) => name),
    ['aws', 'azure-native', 'gcp', 'kubernetes'],
  );
  const pins = readChecksums();
  const unpinned = listPlugins().filter((plugin) => pins[getArchive(plugin)] === undefined);
  await t.rejects(fetchPlugins(home, { onProgress: () => undefined, env }), {
    message: unpinned.length > 0 ? /so it is not downloaded/ : /it was deleted/,
  });
  if (unpinned.length > 0) t.same(server.asked, [], 'nobody is asked');
  t.equal(listMissingPlugins(home).length, listPlugins().length, 'nothing came into the home');
});

test('hardening 15: a plugin that is the pinned one is put where the engine looks, any other is not', async (t) => {
  const directory = await createTestDirectory(t);
  const home = join(directory, 'home');
  const [first] = listPlugins();
  const program = `pulumi-resource-${first?.name}`;
  const right = await packRelease(directory, '', program, 'echo plugin');
  const server = await startReleaseServer(t, (response, path) => {
    response.end(path.includes(`-${first?.name}-v`) ? right : 'something else');
  });
  const options = { onProgress: () => undefined, env: { FLEETYARD_PLUGIN_RELEASES: server.url } };
  await t.rejects(fetchPlugins(home, { ...options, getPin: () => sha256(right) }), { message: /it was deleted/ });
  const installed = join(home, 'plugins', `resource-${first?.name}-v${first?.version}`, program);
  t.ok((statSync(installed).mode & 0o100) !== 0, 'the first is there and may be run');
  t.equal(listMissingPlugins(home).length, listPlugins().length - 1, 'the others are not');
  t.same(
    readdirSync(home, { recursive: true }).filter((name) => /\.tar\.gz|draft/.test(String(name))),
    [],
    'and no archive is left',
  );
});

test('hardening 15: a module that is not what go.sum says is not built', async (t) => {
  const go = await findGo();
  if (go === undefined) return t.pass('there is no Go here that could build anything');
  const directory = await createTestDirectory(t);
  const proxy = join(directory, 'proxy');
  const versions = join(proxy, 'example.test', 'tool', '@v');
  mkdirSync(versions, { recursive: true });
  const source = join(directory, 'zip', 'example.test', 'tool@v1.0.0');
  mkdirSync(source, { recursive: true });
  const manifest = 'module example.test/tool\n\ngo 1.25\n';
  writeFileSync(join(source, 'go.mod'), manifest);
  writeFileSync(join(source, 'main.go'), 'package main\n\nfunc main() {}\n');
  writeFileSync(join(versions, 'v1.0.0.mod'), manifest);
  writeFileSync(join(versions, 'v1.0.0.info'), '{"Version":"v1.0.0"}');
  const zipped = await runCommand('python3', [
    '-c',
    'import shutil,sys; shutil.make_archive(sys.argv[1], "zip", sys.argv[2], "example.test"); shutil.move(sys.argv[1] + ".zip", sys.argv[1])',
    join(versions, 'v1.0.0.zip'),
    join(directory, 'zip'),
  ]);
  if (zipped.code !== 0) return t.pass('there is nothing here that makes a zip');
  const module = join(directory, 'module');
  mkdirSync(module);
  writeFileSync(
    join(module, 'go.mod'),
    'module fleetyard.test\n\ngo 1.25\n\ntool example.test/tool\n\nrequire example.test/tool v1.0.0\n',
  );
  const wrong = `h1:${Buffer.alloc(32, 7).toString('base64')}`;
  writeFileSync(
    join(module, 'go.sum'),
    `example.test/tool v1.0.0 ${wrong}\nexample.test/tool v1.0.0/go.mod ${wrong}\n`,
  );
  const before = { ...process.env };
  t.teardown(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });
  // As loose as a machine's own settings can be.
  Object.assign(process.env, {
    GOPROXY: `file://${proxy}`,
    GONOSUMDB: '*',
    GONOSUMCHECK: '1',
    GOFLAGS: '-mod=mod -modcacherw',
    GOMODCACHE: join(directory, 'modules'),
    GOTOOLCHAIN: 'local',
  });
  const output = join(directory, 'tool');
  const what = { module, program: 'example.test/tool', ldflags: '' };
  await t.rejects(
    buildGoProgram(go, what, output, () => undefined),
    { message: /does NOT match an earlier download/ },
  );
  t.notOk(existsSync(output));
  writeFileSync(join(module, 'go.sum'), '');
  await t.rejects(
    buildGoProgram(go, what, output, () => undefined),
    { message: /missing go\.sum entry/ },
    'nor one that go.sum does not name',
  );
  t.equal(readFileSync(join(module, 'go.sum'), 'utf8'), '', 'and nothing is written down');
});
