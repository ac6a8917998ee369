// The only reader of the environment: parses it once into a frozen value, or names every fault. Each variable X may be given as
// X_FILE, the path of a file that holds its value, so that secrets need not stand in the environment.

import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import { createReader, type Environment, type Reader } from './config/reader.ts';
import { readTracing } from './config/read-tracing.ts';
import { logLevels, type Config } from './config/settings.ts';
import type { VariableName } from './config/variables.ts';
import { findNetwork, isAllowable } from './outgoing/judge-address.ts';
import { ConfigError } from './process/config-error.ts';

export type { Config };

/** What commands on the host are told: where the data are, the keys, and where a token goes. */
export function loadHostConfig(
  environment: Environment = process.env,
  read: Reader = createReader(environment),
): Pick<Config, 'database' | 'masterKeyFile' | 'tokenFile'> {
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

type NameOfRate<Name> = Name extends `FLEETYARD_RATE_${infer Rest}` ? Exclude<Rest, 'SECONDS'> : never;

/** Several times of what a portal asks that makes two hundred clusters and watches each, and far below what holds the service up. */
function readBounds(read: Reader): Config['bounds'] {
  const seconds = read.integer('FLEETYARD_RATE_SECONDS', 60, { min: 1, max: 86_400 });
  const rate = (name: NameOfRate<VariableName>, fallback: number) => ({
    requests: read.integer(`FLEETYARD_RATE_${name}`, fallback, { min: 0, max: 100_000_000 }),
    seconds,
  });
  const count = (name: VariableName, fallback: number) => read.integer(name, fallback, { min: 1, max: 1_000_000 });
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

/** Reads the configuration; throws a `ConfigError` that lists every fault at once. */
export function loadConfig(environment: Environment = process.env): Config {
  const { config, faults } = readConfig(environment);
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** Reads the configuration with its faults; what is wrong is replaced by something harmless, and a URL by nothing. */
export function readConfig(
  environment: Environment = process.env,
  read: Reader = createReader(environment),
): { config: Config; faults: readonly string[] } {
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
      probeSeconds: read.number('FLEETYARD_PROBE_SECONDS', 5, { min: 0, max: 3600 }),
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
    tracing: readTracing(read),
    log: { level: read.choice('FLEETYARD_LOG_LEVEL', 'info', logLevels) },
    startSeconds: read.number('FLEETYARD_START_SECONDS', 300, { min: 0, max: 86_400 }),
    shutdownSeconds: read.integer('FLEETYARD_SHUTDOWN_SECONDS', 20, { min: 1, max: 3600 }),
    checkResponses: read.flag('FLEETYARD_CHECK_RESPONSES', false),
  };
  return { config: freeze(config), faults: read.faults };
}

/** A port that may be left out; 0 takes any that is free. */
function readPort(read: Reader, name: VariableName): number | undefined {
  return read.optional(name) === undefined ? undefined : read.integer(name, 0, { min: 0, max: 65_535 });
}

/** Of what this process may use, the part that is left to steps; the rest is the worker's and the system's. */
function defaultStepMemory(): number {
  const allowed = process.constrainedMemory();
  const bytes = allowed > 0 && allowed < totalmem() ? allowed : totalmem();
  return Math.max(512, Math.floor((bytes * 0.6) / 2 ** 20));
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) freeze(inner as object);
  }
  return Object.freeze(value);
}
