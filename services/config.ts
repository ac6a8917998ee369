// The only reader of the environment: parses it once into a frozen value, or names every fault.

import { resolve } from 'node:path';
import { findNetwork, isAllowable } from './outgoing/judge-address.ts';
import { ConfigError } from './process/config-error.ts';

/** Levels of the log, the chattiest first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** What every process of the service is told. */
export type Config = {
  database: {
    url: string;
    /** Connections for ordinary work at most. */
    max: number;
    /** Connections beside them that serve heartbeats and authentication alone. */
    reserved: number;
    /** How long a unit of work may wait for what. */
    limits: { statementSeconds: number; lockSeconds: number; idleSeconds: number; acquireSeconds: number };
    /** Name of Pulumi's own database on the same server. */
    stateDatabase: string;
    /** Bring the schema up to date at start. */
    migrate: boolean;
  };
  redis: { url: string; prefix: string };
  http: { host: string; port: number; publicUrl: string };
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
    /** Operations at once. */
    concurrency: number;
    /** How long a silent worker keeps an operation. */
    leaseSeconds: number;
    /** Where runners keep their work directories. */
    workDir: string;
    /** Multiplies the delays of automatic retries; 1 in production, 0 where a test waits for them. */
    retryScale: number;
    /** Multiplies the deadlines of steps; 1 in production, less where the clouds' clock runs faster. */
    deadlineScale: number;
    /** Seconds between two looks at what a cloud was still making when a worker died. */
    settleSeconds: number;
  };
  /** How many days, and how many of each resource or stack, are kept of what is over. */
  retention: Record<'operations' | 'snapshots' | 'history', { days: number; kept: number }>;
  /** The environment as it came, of which a runner is passed an allow-list. */
  runnerEnvironment: Environment;
  log: { level: (typeof logLevels)[number] };
  /** What may still be ended in order after a signal; a worker then hands over what it has not ended. */
  shutdownSeconds: number;
  /** Check every answer against the contract; for tests and development. */
  checkResponses: boolean;
};

/** What a backup and a restore are told: where the data are, and the keys. */
export function loadBackupConfig(environment: Environment = process.env): Pick<Config, 'database' | 'masterKeyFile'> {
  const read = createReader(environment);
  const dataDir = resolve(read.text('FLEETYARD_DATA_DIR', '.fleetyard'));
  const config = { database: readDatabase(read), masterKeyFile: readMasterKeyFile(read, dataDir) };
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return freeze(config);
}

function readMasterKeyFile(read: Reader, dataDir: string): string {
  return resolve(read.text('FLEETYARD_MASTER_KEY_FILE', resolve(dataDir, 'master.key')));
}

function readDatabase(read: Reader): Config['database'] {
  return {
    url: read.url('DATABASE_URL', ['postgres:', 'postgresql:']),
    max: read.integer('FLEETYARD_DATABASE_CONNECTIONS', 10, { min: 1, max: 500 }),
    reserved: read.integer('FLEETYARD_RESERVED_CONNECTIONS', 2, { min: 1, max: 50 }),
    limits: {
      statementSeconds: read.number('FLEETYARD_STATEMENT_SECONDS', 30, waitBounds),
      lockSeconds: read.number('FLEETYARD_LOCK_SECONDS', 15, waitBounds),
      idleSeconds: read.number('FLEETYARD_IDLE_SECONDS', 30, waitBounds),
      acquireSeconds: read.number('FLEETYARD_ACQUIRE_SECONDS', 15, waitBounds),
    },
    stateDatabase: read.text('FLEETYARD_STATE_DATABASE', 'pulumi_state', /^[a-z_][a-z0-9_]{0,62}$/),
    migrate: read.flag('FLEETYARD_MIGRATE', true),
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
  const host = read.text('FLEETYARD_HOST', '127.0.0.1');
  const port = read.integer('FLEETYARD_PORT', 8080, { min: 0, max: 65_535 });
  const config: Config = {
    database: readDatabase(read),
    redis: {
      url: read.url('REDIS_URL', ['redis:', 'rediss:', 'unix:']),
      prefix: read.text('FLEETYARD_QUEUE_PREFIX', 'fleetyard', /^[A-Za-z0-9_-]{1,64}$/),
    },
    http: {
      host,
      port,
      publicUrl: read.url(
        'FLEETYARD_PUBLIC_URL',
        ['http:', 'https:'],
        `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      ),
    },
    dataDir,
    masterKeyFile: readMasterKeyFile(read, dataDir),
    tokenFile: resolve(read.text('FLEETYARD_TOKEN_FILE', inData('admin.token'))),
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
      concurrency: read.integer('FLEETYARD_CONCURRENCY', 3, { min: 1, max: 256 }),
      leaseSeconds: read.integer('FLEETYARD_LEASE_SECONDS', 30, { min: 2, max: 3600 }),
      workDir: resolve(read.text('FLEETYARD_WORK_DIR', inData('work'))),
      retryScale: read.number('FLEETYARD_RETRY_SCALE', 1, { min: 0, max: 100 }),
      deadlineScale: read.number('FLEETYARD_DEADLINE_SCALE', 1, { min: 0.0001, max: 100 }),
      settleSeconds: read.number('FLEETYARD_SETTLE_SECONDS', 10, { min: 0, max: 3600 }),
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
    },
    runnerEnvironment: { ...environment },
    log: { level: read.choice('FLEETYARD_LOG_LEVEL', 'info', logLevels) },
    shutdownSeconds: read.integer('FLEETYARD_SHUTDOWN_SECONDS', 20, { min: 1, max: 3600 }),
    checkResponses: read.flag('FLEETYARD_CHECK_RESPONSES', false),
  };
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return freeze(config);
}

type Reader = {
  faults: string[];
  optional(name: string): string | undefined;
  text(name: string, fallback: string, pattern?: RegExp): string;
  url(name: string, protocols: string[], fallback?: string): string;
  integer(name: string, fallback: number, bounds: { min: number; max: number }): number;
  number(name: string, fallback: number, bounds: { min: number; max: number }): number;
  /** Texts between commas; `check` says what is wrong with one. */
  list(name: string, check: (text: string) => string | undefined): string[];
  flag(name: string, fallback: boolean): boolean;
  choice<T extends string>(name: string, fallback: T, choices: readonly T[]): T;
};

function createReader(environment: Environment): Reader {
  const faults: string[] = [];
  const optional = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === '' ? undefined : value;
  };
  const refuse = <T>(fault: string, instead: T): T => {
    faults.push(fault);
    return instead;
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

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) freeze(inner as object);
  }
  return Object.freeze(value);
}
