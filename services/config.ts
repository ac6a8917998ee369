// The only reader of the environment: parses it once into a frozen value, or names every fault. Each variable X may be given as
// X_FILE, the path of a file that holds its value, so that secrets need not stand in the environment.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import { findNetwork, isAllowable } from './outgoing/judge-address.ts';
import { ConfigError } from './process/config-error.ts';

/** Levels of the log, the chattiest first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** What every process of the service is told. */
export type Config = {
  database: {
    /** Whoever does the work: no superuser, and not the owner of the tables. */
    url: string;
    /** The owner of the tables, who migrates; where it is not told, somebody else does. */
    migrationUrl: string | undefined;
    /** Logins that the migrator lets in. */
    runtimeLogins: readonly string[];
    /** Connections for ordinary work at most. */
    max: number;
    /** Connections beside them that serve heartbeats and authentication alone. */
    reserved: number;
    /** How long a unit of work may wait for what. */
    limits: { statementSeconds: number; lockSeconds: number; idleSeconds: number; acquireSeconds: number };
    /** Units of work of the API that may wait for a connection. */
    waiting: number;
    /** Name of Pulumi's own database on the same server. */
    stateDatabase: string;
    /** Bring the schema up to date at start. */
    migrate: boolean;
  };
  redis: { url: string; prefix: string };
  http: {
    host: string;
    port: number;
    publicUrl: string;
    /** Certificate with its chain, and key; plain HTTP without. */
    tls: { certFile: string; keyFile: string } | undefined;
    /** Proxies whose word about the caller's address counts. */
    trustedProxies: readonly string[];
    /** The port of measurements and details of readiness; without one they need the token. */
    monitoring: { host: string; port: number | undefined; tokenFile: string | undefined };
  };
  /** What the API takes, before it says 429 or 503; 0 for any number where that is allowed. */
  bounds: {
    sockets: SocketBounds;
    streams: Record<'token' | 'project' | 'process', number>;
    pressure: { eventLoopDelayMs: number; heapShare: number };
    rates: Record<RateName, { requests: number; seconds: number }>;
  };
  /** Where local data is kept; every default path below lies in it. */
  dataDir: string;
  /** The keys that everything at rest is sealed under; the vault reads it. */
  masterKeyFile: string;
  /** Where the first platform-admin token is written. */
  tokenFile: string;
  pulumi: {
    /** The CLI; found by the toolchain when not named. */
    binary: string | undefined;
    /** PULUMI_HOME with the official plugins. */
    home: string;
    /** PULUMI_HOME with the simulated clouds' plugins. */
    simulatedHome: string;
  };
  access: {
    /** Who may use the public endpoint of a cluster whose request does not say; empty: the request has to say. */
    defaultAllowedCidrs: string[];
  };
  outgoing: {
    /** Private networks that the hubs of users may lie in; public addresses need none. */
    privateNetworks: string[];
  };
  simulator: {
    /** The simulated clouds; without one, simulated credentials are of no use. */
    url: string | undefined;
    dataDir: string;
  };
  worker: {
    /** Operations at once at most, whatever their size. */
    concurrency: number;
    /** Memory for steps: runners, CLIs and plugins, in megabytes. Steps are admitted by what they were measured to need. */
    memoryMb: number;
    /** What a step is taken to need before any of its provider has been measured, in megabytes. */
    stepMb: { real: number; simulated: number };
    /** How long a silent worker keeps an operation. */
    leaseSeconds: number;
    /** Where runners keep their work directories. */
    workDir: string;
    /** Numbers of users that steps get, one each, where the worker is root; none when they run as the worker does. */
    runnerUids: { first: number; last: number } | undefined;
    /** Multiplies the delays of automatic retries; 1 in production, 0 where a test waits for them. */
    retryScale: number;
    /** Multiplies the deadlines of steps; 1 in production, less where the clouds' clock runs faster. */
    deadlineScale: number;
    /** Seconds between two looks at what a cloud was still making when a worker died. */
    settleSeconds: number;
    /** The port of its own measurements; none when undefined. Host and token are those of the API's. */
    monitoringPort: number | undefined;
    /** Touched at every round of sweeps, for a health check; not when undefined. */
    pulseFile: string | undefined;
  };
  /** Operations at work at once, of one project that has no limit of its own, and with one credential. */
  limits: { perProject: number; perCredential: number };
  /** How many days, and how many of each resource or stack, are kept of what is over. */
  retention: Record<'operations' | 'snapshots' | 'history', { days: number; kept: number }> & {
    /** Days that the audit trail is kept; for ever when not said. */
    auditDays: number | undefined;
  };
  /** The environment as it came, of which a runner is passed an allow-list. */
  runnerEnvironment: Environment;
  log: { level: (typeof logLevels)[number] };
  /** How long a start waits for servers that are away. */
  startSeconds: number;
  /** What may still be ended in order after a signal; a worker then hands over what it has not ended. */
  shutdownSeconds: number;
  /** Check every answer against the contract; for tests and development. */
  checkResponses: boolean;
};

type SocketBounds = Record<
  'connections' | 'headersSeconds' | 'requestSeconds' | 'keepAliveSeconds' | 'requestsPerConnection',
  number
>;

type RateName = 'address' | 'strangers' | `${'token' | 'project'}-${'reads' | 'writes'}`;

/** What commands on the host are told: where the data are, the keys, and where a token goes. */
export function loadHostConfig(
  environment: Environment = process.env,
): Pick<Config, 'database' | 'masterKeyFile' | 'tokenFile'> {
  const read = createReader(environment);
  const dataDir = resolve(read.text('FLEETYARD_DATA_DIR', '.fleetyard'));
  const config = {
    database: readDatabase(read),
    masterKeyFile: readMasterKeyFile(read, dataDir),
    tokenFile: readTokenFile(read, dataDir),
  };
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return freeze(config);
}

/** What a look at the audit trail is told. */
export function loadAuditConfig(environment: Environment = process.env): { url: string } {
  const read = createReader(environment);
  const { url } = readDatabase(read);
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return { url };
}

/** The database keeps 30 days whatever is said here. */
function readAuditDays(read: Reader): number | undefined {
  if (read.optional('FLEETYARD_AUDIT_DAYS') === undefined) return undefined;
  return read.number('FLEETYARD_AUDIT_DAYS', 36_500, { min: 30, max: 36_500 });
}

function readMasterKeyFile(read: Reader, dataDir: string): string {
  return resolve(read.text('FLEETYARD_MASTER_KEY_FILE', resolve(dataDir, 'master.key')));
}

/** Below what systemd hands out, and above what distributions do. */
const defaultUids = '60600-61099';

function readRunnerUids(read: Reader): Config['worker']['runnerUids'] {
  const text = read.text('FLEETYARD_RUNNER_UIDS', defaultUids, /^(off|\d{3,10}-\d{3,10})$/);
  if (text === 'off') return undefined;
  const [first = 0, last = 0] = text.split('-').map(Number);
  if (last < first) read.faults.push('FLEETYARD_RUNNER_UIDS must name the lower number first');
  return { first, last };
}

function readTokenFile(read: Reader, dataDir: string): string {
  return resolve(read.text('FLEETYARD_TOKEN_FILE', resolve(dataDir, 'admin.token')));
}

function readDatabase(read: Reader): Config['database'] {
  const protocols = ['postgres:', 'postgresql:'];
  const url = read.url('DATABASE_URL', protocols);
  const migrationUrl =
    read.optional('FLEETYARD_MIGRATION_URL') === undefined ? undefined : read.url('FLEETYARD_MIGRATION_URL', protocols);
  const migrate = read.flag('FLEETYARD_MIGRATE', migrationUrl !== undefined);
  if (migrate && migrationUrl === undefined)
    read.faults.push('FLEETYARD_MIGRATE is on, but FLEETYARD_MIGRATION_URL is missing; set it to the URL of the owner');
  const logins = read.text('FLEETYARD_RUNTIME_LOGINS', decodeURIComponent(URL.parse(url)?.username ?? ''));
  return {
    url,
    migrationUrl,
    runtimeLogins: logins.split(/\s*,\s*/).filter((login) => login !== ''),
    max: read.integer('FLEETYARD_DATABASE_CONNECTIONS', 10, { min: 1, max: 500 }),
    reserved: read.integer('FLEETYARD_RESERVED_CONNECTIONS', 2, { min: 1, max: 50 }),
    limits: {
      statementSeconds: read.number('FLEETYARD_STATEMENT_SECONDS', 30, waitBounds),
      lockSeconds: read.number('FLEETYARD_LOCK_SECONDS', 15, waitBounds),
      idleSeconds: read.number('FLEETYARD_IDLE_SECONDS', 30, waitBounds),
      acquireSeconds: read.number('FLEETYARD_ACQUIRE_SECONDS', 15, waitBounds),
    },
    waiting: read.integer('FLEETYARD_DATABASE_WAITING', 256, { min: 1, max: 100_000 }),
    stateDatabase: read.text('FLEETYARD_STATE_DATABASE', 'pulumi_state', /^[a-z_][a-z0-9_]{0,62}$/),
    migrate,
  };
}

function readHttp(read: Reader): Config['http'] {
  const host = read.text('FLEETYARD_HOST', '127.0.0.1');
  const port = read.integer('FLEETYARD_PORT', 8080, { min: 0, max: 65_535 });
  const [certFile, keyFile] = [read.optional('FLEETYARD_TLS_CERT_FILE'), read.optional('FLEETYARD_TLS_KEY_FILE')];
  if ((certFile === undefined) !== (keyFile === undefined)) {
    read.faults.push('FLEETYARD_TLS_CERT_FILE and FLEETYARD_TLS_KEY_FILE belong together; set both or neither');
  }
  const tls =
    certFile === undefined || keyFile === undefined
      ? undefined
      : { certFile: resolve(certFile), keyFile: resolve(keyFile) };
  const tokenFile = read.optional('FLEETYARD_METRICS_TOKEN_FILE');
  return {
    host,
    port,
    publicUrl: read.url(
      'FLEETYARD_PUBLIC_URL',
      ['http:', 'https:'],
      `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ),
    tls,
    trustedProxies: read.ranges('FLEETYARD_TRUSTED_PROXIES'),
    monitoring: {
      host: read.text('FLEETYARD_METRICS_HOST', '127.0.0.1'),
      port: readPort(read, 'FLEETYARD_METRICS_PORT'),
      tokenFile: tokenFile === undefined ? undefined : resolve(tokenFile),
    },
  };
}

/** Several times of what a portal asks that makes two hundred clusters and watches each, and far below what holds the service up. */
function readBounds(read: Reader): Config['bounds'] {
  const seconds = read.integer('FLEETYARD_RATE_SECONDS', 60, { min: 1, max: 86_400 });
  const rate = (name: string, fallback: number) => ({
    requests: read.integer(`FLEETYARD_RATE_${name}`, fallback, { min: 0, max: 100_000_000 }),
    seconds,
  });
  const count = (name: string, fallback: number) => read.integer(name, fallback, { min: 1, max: 1_000_000 });
  const wait = { min: 1, max: 3600 };
  return {
    sockets: {
      connections: count('FLEETYARD_SOCKETS', 2_000),
      headersSeconds: read.integer('FLEETYARD_HEADERS_SECONDS', 10, wait),
      requestSeconds: read.integer('FLEETYARD_REQUEST_SECONDS', 30, wait),
      keepAliveSeconds: read.integer('FLEETYARD_KEEP_ALIVE_SECONDS', 72, wait),
      requestsPerConnection: count('FLEETYARD_REQUESTS_PER_SOCKET', 10_000),
    },
    streams: {
      token: count('FLEETYARD_STREAMS_PER_TOKEN', 50),
      project: count('FLEETYARD_STREAMS_PER_PROJECT', 200),
      process: count('FLEETYARD_STREAMS', 1_000),
    },
    pressure: {
      eventLoopDelayMs: read.integer('FLEETYARD_EVENT_LOOP_DELAY_MS', 1_000, { min: 0, max: 60_000 }),
      heapShare: read.number('FLEETYARD_HEAP_SHARE', 0.9, { min: 0, max: 1 }),
    },
    rates: {
      address: rate('ADDRESS', 18_000),
      strangers: rate('STRANGERS', 60),
      'token-reads': rate('TOKEN_READS', 6_000),
      'token-writes': rate('TOKEN_WRITES', 1_200),
      'project-reads': rate('PROJECT_READS', 12_000),
      'project-writes': rate('PROJECT_WRITES', 2_400),
    },
  };
}

/** Networks that may be called although they are private; what leads to the machine's own surroundings can't be among them. */
function readPrivateNetworks(read: Reader): string[] {
  const fault = 'is no private range such as 10.20.0.0/16';
  return read.list('FLEETYARD_PRIVATE_NETWORKS', (text) => {
    const network = findNetwork(text);
    return network !== undefined && isAllowable(network) ? undefined : fault;
  });
}

const waitBounds = { min: 0.1, max: 3600 };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the configuration; throws a `ConfigError` that lists every fault at once. */
export function loadConfig(environment: Environment = process.env): Config {
  const read = createReader(environment);
  const dataDir = resolve(read.text('FLEETYARD_DATA_DIR', '.fleetyard'));
  const inData = (name: string): string => resolve(dataDir, name);
  const config: Config = {
    database: readDatabase(read),
    redis: {
      url: read.url('REDIS_URL', ['redis:', 'rediss:', 'unix:']),
      prefix: read.text('FLEETYARD_QUEUE_PREFIX', 'fleetyard', /^[A-Za-z0-9_-]{1,64}$/),
    },
    http: readHttp(read),
    bounds: readBounds(read),
    dataDir,
    masterKeyFile: readMasterKeyFile(read, dataDir),
    tokenFile: readTokenFile(read, dataDir),
    pulumi: {
      binary: read.optional('FLEETYARD_PULUMI'),
      home: resolve(read.text('FLEETYARD_PULUMI_HOME', inData('pulumi'))),
      simulatedHome: resolve(read.text('FLEETYARD_SIMULATED_PULUMI_HOME', inData('pulumi-simulated'))),
    },
    access: {
      defaultAllowedCidrs: read.list('FLEETYARD_DEFAULT_ALLOWED_CIDRS', (text) =>
        findNetwork(text)?.[0].kind() === 'ipv4' ? undefined : 'is no IPv4 range such as 203.0.113.0/24',
      ),
    },
    outgoing: { privateNetworks: readPrivateNetworks(read) },
    simulator: {
      url:
        read.optional('FLEETYARD_SIMULATOR_URL') === undefined
          ? undefined
          : read.url('FLEETYARD_SIMULATOR_URL', ['http:']),
      dataDir: resolve(read.text('FLEETYARD_SIMULATOR_DIR', inData('simulator'))),
    },
    worker: {
      concurrency: read.integer('FLEETYARD_CONCURRENCY', 64, { min: 1, max: 1000 }),
      memoryMb: read.integer('FLEETYARD_STEP_MEMORY_MB', defaultStepMemory(), { min: 64, max: 10_000_000 }),
      stepMb: {
        real: read.integer('FLEETYARD_REAL_STEP_MB', 900, { min: 1, max: 100_000 }),
        simulated: read.integer('FLEETYARD_SIMULATED_STEP_MB', 300, { min: 1, max: 100_000 }),
      },
      leaseSeconds: read.integer('FLEETYARD_LEASE_SECONDS', 30, { min: 2, max: 3600 }),
      workDir: resolve(read.text('FLEETYARD_WORK_DIR', inData('work'))),
      runnerUids: readRunnerUids(read),
      retryScale: read.number('FLEETYARD_RETRY_SCALE', 1, { min: 0, max: 100 }),
      deadlineScale: read.number('FLEETYARD_DEADLINE_SCALE', 1, { min: 0.0001, max: 100 }),
      settleSeconds: read.number('FLEETYARD_SETTLE_SECONDS', 10, { min: 0, max: 3600 }),
      monitoringPort: readPort(read, 'FLEETYARD_WORKER_METRICS_PORT'),
      pulseFile: read.optional('FLEETYARD_PULSE_FILE'),
    },
    limits: {
      perProject: read.integer('FLEETYARD_PROJECT_RUNNING', 100, { min: 1, max: 10_000 }),
      perCredential: read.integer('FLEETYARD_CREDENTIAL_RUNNING', 50, { min: 1, max: 10_000 }),
    },
    retention: {
      operations: {
        days: read.number('FLEETYARD_OPERATION_DAYS', 90, { min: 1, max: 36_500 }),
        kept: read.integer('FLEETYARD_OPERATIONS_KEPT', 20, { min: 1, max: 10_000 }),
      },
      snapshots: {
        days: read.number('FLEETYARD_SNAPSHOT_DAYS', 30, { min: 1, max: 36_500 }),
        kept: read.integer('FLEETYARD_SNAPSHOTS_KEPT', 5, { min: 1, max: 100 }),
      },
      history: {
        days: read.number('FLEETYARD_HISTORY_DAYS', 30, { min: 1, max: 36_500 }),
        kept: read.integer('FLEETYARD_HISTORY_KEPT', 20, { min: 1, max: 10_000 }),
      },
      auditDays: readAuditDays(read),
    },
    runnerEnvironment: { ...environment },
    log: { level: read.choice('FLEETYARD_LOG_LEVEL', 'info', logLevels) },
    startSeconds: read.number('FLEETYARD_START_SECONDS', 300, { min: 0, max: 86_400 }),
    shutdownSeconds: read.integer('FLEETYARD_SHUTDOWN_SECONDS', 20, { min: 1, max: 3600 }),
    checkResponses: read.flag('FLEETYARD_CHECK_RESPONSES', false),
  };
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return freeze(config);
}

/** A port that may be left out; 0 takes any that is free. */
function readPort(read: Reader, name: string): number | undefined {
  return read.optional(name) === undefined ? undefined : read.integer(name, 0, { min: 0, max: 65_535 });
}

/** Of what this process may use, the part that is left to steps; the rest is the worker's and the system's. */
function defaultStepMemory(): number {
  const allowed = process.constrainedMemory();
  const bytes = allowed > 0 && allowed < totalmem() ? allowed : totalmem();
  return Math.max(512, Math.floor((bytes * 0.6) / 2 ** 20));
}

type Reader = {
  faults: string[];
  optional(name: string): string | undefined;
  text(name: string, fallback: string, pattern?: RegExp): string;
  url(name: string, protocols: string[], fallback?: string): string;
  integer(name: string, fallback: number, bounds: { min: number; max: number }): number;
  number(name: string, fallback: number, bounds: { min: number; max: number }): number;
  /** Addresses and CIDR ranges, separated by commas. */
  ranges(name: string): string[];
  /** Texts between commas; `check` says what is wrong with one. */
  list(name: string, check: (text: string) => string | undefined): string[];
  flag(name: string, fallback: boolean): boolean;
  choice<T extends string>(name: string, fallback: T, choices: readonly T[]): T;
};

function createReader(environment: Environment): Reader {
  const faults: string[] = [];
  const get = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === '' ? undefined : value;
  };
  const refuse = <T>(fault: string, instead: T): T => {
    if (!faults.includes(fault)) faults.push(fault);
    return instead;
  };
  const optional = (name: string): string | undefined => {
    const value = get(name);
    const file = get(`${name}_FILE`);
    if (file === undefined) return value;
    if (value !== undefined) return refuse(`${name} and ${name}_FILE are both set; leave one of them out`, value);
    const read = readSecretFile(file);
    return 'text' in read ? read.text : refuse(`${name}_FILE names ${file}, which ${read.fault}`, undefined);
  };
  return {
    faults,
    optional,
    text(name, fallback, pattern) {
      const value = optional(name) ?? fallback;
      return pattern === undefined || pattern.test(value)
        ? value
        : refuse(`${name} must match ${pattern.source}`, fallback);
    },
    url(name, protocols, fallback) {
      const value = optional(name) ?? fallback;
      if (value === undefined) {
        return refuse(`${name} is missing; set it to a URL that begins with ${protocols.join(' or ')}`, '');
      }
      // The value may hold a password, so a fault never repeats it.
      const protocol = URL.parse(value)?.protocol;
      if (protocol !== undefined && protocols.includes(protocol)) return value.replace(/\/$/, '');
      return refuse(`${name} must be a URL that begins with ${protocols.join(' or ')}`, '');
    },
    integer(name, fallback, { min, max }) {
      const value = optional(name);
      if (value === undefined) return fallback;
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      return number >= min && number <= max
        ? number
        : refuse(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`, fallback);
    },
    number(name, fallback, { min, max }) {
      const value = optional(name);
      if (value === undefined) return fallback;
      const number = Number(value);
      return number >= min && number <= max
        ? number
        : refuse(`${name} must be a number from ${min} to ${max}, not ${JSON.stringify(value)}`, fallback);
    },
    ranges(name) {
      const items = (optional(name) ?? '').split(/[\s,]+/).filter((item) => item !== '');
      const wrong = items.filter((item) => !isRange(item));
      const rule = 'addresses or CIDR ranges separated by commas, none of which is everything';
      return wrong.length === 0
        ? items
        : refuse(`${name} must hold ${rule}, not ${JSON.stringify(wrong.join(', '))}`, []);
    },
    list(name, check) {
      const texts = (optional(name) ?? '').split(',').map((text) => text.trim());
      const found = texts.filter((text) => text !== '');
      for (const text of found) {
        const fault = check(text);
        if (fault !== undefined) refuse(`${name}: ${JSON.stringify(text)} ${fault}`, undefined);
      }
      return found;
    },
    flag(name, fallback) {
      const value = optional(name)?.toLowerCase();
      if (value === undefined) return fallback;
      if (['on', 'true', '1', 'yes'].includes(value)) return true;
      if (['off', 'false', '0', 'no'].includes(value)) return false;
      return refuse(`${name} must be on or off, not ${JSON.stringify(value)}`, fallback);
    },
    choice(name, fallback, choices) {
      const value = optional(name) ?? fallback;
      const chosen = choices.find((choice) => choice === value);
      return chosen ?? refuse(`${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`, fallback);
    },
  };
}

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

function readSecretFile(file: string): { text: string } | { fault: string } {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? { fault: 'is empty' } : { text };
  } catch (error) {
    return { fault: `can't be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) freeze(inner as object);
  }
  return Object.freeze(value);
}
