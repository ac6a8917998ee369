// Every variable of the service with its meaning. A variable without a row here can't be read: it does not compile.

/** Who acts on a variable. `api` and `worker` check all that the reader of the configuration knows, whoever acts on them. */
export type VariableReader =
  'api' | 'worker' | 'commands' | 'doctor' | 'health' | 'quickstart' | 'toolchain' | 'plugins' | 'compose' | 'image';

/** What the page of the configuration says of a variable, beside what its reader knows: kind, bounds, default. */
export type Variable = {
  means: string;
  readers: readonly VariableReader[];
  unit?: string;
  /** Where the default is not a plain value. */
  default?: string;
};

const service: VariableReader[] = ['api', 'worker'];
const databaseReaders: VariableReader[] = ['api', 'worker', 'commands', 'doctor'];
const window = 'in a window, counted by all API processes together; 0 for any number';

/** What the reader of the configuration knows, by what it is about. */
export const variableGroups = {
  Servers: {
    DATABASE_URL: {
      means:
        'PostgreSQL, as whoever does the work; add `?sslmode=verify-full` for TLS. The API and the worker have logins of their own (docs/database-logins.md)',
      readers: databaseReaders,
    },
    REDIS_URL: { means: 'Redis', readers: ['api', 'worker', 'doctor'] },
    FLEETYARD_QUEUE_PREFIX: {
      means: 'the first part of every key in Redis, so that several installations may share a server',
      readers: ['api', 'worker', 'doctor'],
    },
    FLEETYARD_STATE_DATABASE: { means: "name of Pulumi's own database on the same server", readers: databaseReaders },
    FLEETYARD_MIGRATION_URL: {
      means: 'PostgreSQL, as the owner of the tables, who migrates; `backup` and `restore` log in by it as well',
      readers: ['api', 'commands', 'doctor'],
    },
    FLEETYARD_MIGRATE: {
      means: 'bring the schema up to date at the start of the API',
      readers: ['api'],
      default: 'on where FLEETYARD_MIGRATION_URL is set',
    },
    FLEETYARD_RUNTIME_LOGINS: {
      means: 'logins that the migrator lets in',
      readers: ['api', 'commands', 'doctor'],
      default: 'the user of DATABASE_URL',
    },
    FLEETYARD_DATABASE_CONNECTIONS: {
      means:
        'connections of one process for ordinary work; the API has up to five more, for looking up tokens and projects',
      readers: service,
      unit: 'connections',
    },
    FLEETYARD_RESERVED_CONNECTIONS: {
      means: 'connections beside them that serve heartbeats alone',
      readers: service,
      unit: 'connections',
    },
    FLEETYARD_DATABASE_WAITING: {
      means:
        "units of work of one process that may wait for a connection, of which one project's may be three quarters",
      readers: ['api'],
      unit: 'units of work',
    },
    FLEETYARD_STATEMENT_SECONDS: {
      means: 'how long a unit of work may wait for one statement; then it is told 503, as for the next three',
      readers: service,
      unit: 'seconds',
    },
    FLEETYARD_LOCK_SECONDS: { means: 'the same for a lock', readers: service, unit: 'seconds' },
    FLEETYARD_IDLE_SECONDS: { means: 'the same between two statements', readers: service, unit: 'seconds' },
    FLEETYARD_ACQUIRE_SECONDS: { means: 'the same for a connection', readers: service, unit: 'seconds' },
    FLEETYARD_START_SECONDS: {
      means: 'how long a start waits for servers that are away',
      readers: service,
      unit: 'seconds',
    },
    FLEETYARD_SHUTDOWN_SECONDS: {
      means: 'what may still be ended in order after a signal; a worker then hands over what it has not ended',
      readers: service,
      unit: 'seconds',
    },
  },
  'Files and secrets': {
    FLEETYARD_DATA_DIR: {
      means: 'where local data is kept, private to its owner; relative to where the process was started',
      readers: ['api', 'worker', 'commands', 'doctor', 'image'],
    },
    FLEETYARD_MASTER_KEY_FILE: {
      means: "the vault's key file, mode 0600, the same for every process",
      readers: databaseReaders,
    },
    FLEETYARD_TOKEN_FILE: {
      means: 'where the first platform-admin token is written, mode 0600',
      readers: ['api', 'commands'],
    },
  },
  'HTTP of the API': {
    FLEETYARD_HOST: { means: 'the address that the API listens at', readers: ['api'] },
    FLEETYARD_PORT: { means: 'its port; 0 takes any that is free', readers: ['api', 'health'] },
    FLEETYARD_PUBLIC_URL: {
      means: 'how clients reach it; with https, browsers are told to keep to it',
      readers: ['api'],
      default: 'host and port',
    },
    FLEETYARD_TLS_CERT_FILE: {
      means: 'certificate with its chain, read again when it changes and at SIGHUP; the API speaks TLS 1.2 or newer',
      readers: ['api'],
    },
    FLEETYARD_TLS_KEY_FILE: { means: 'its key; both or neither', readers: ['api'] },
    FLEETYARD_TRUSTED_PROXIES: {
      means: 'addresses and ranges, with commas between them, of proxies whose `X-Forwarded-For` counts',
      readers: ['api'],
    },
    FLEETYARD_METRICS_HOST: {
      means: 'the address of the ports for measurements, of API and worker',
      readers: service,
    },
    FLEETYARD_METRICS_PORT: {
      means: 'a port of the API for `/metrics`, `/ready` with its details, and `/health`',
      readers: ['api'],
    },
    FLEETYARD_METRICS_TOKEN_FILE: {
      means:
        'a token of 16 characters or more, good for measurements and details of readiness alone. Without it the port of the API serves neither',
      readers: service,
    },
    FLEETYARD_CHECK_RESPONSES: {
      means: 'check every answer against the contract; for tests and development',
      readers: ['api'],
    },
  },
  'Bounds of the API': {
    FLEETYARD_RATE_SECONDS: { means: 'the window of the rates below', readers: ['api'], unit: 'seconds' },
    FLEETYARD_RATE_TOKEN_READS: { means: `reads of one token ${window}`, readers: ['api'], unit: 'requests' },
    FLEETYARD_RATE_TOKEN_WRITES: { means: `writes of one token ${window}`, readers: ['api'], unit: 'requests' },
    FLEETYARD_RATE_PROJECT_READS: { means: `reads of one project ${window}`, readers: ['api'], unit: 'requests' },
    FLEETYARD_RATE_PROJECT_WRITES: { means: `writes of one project ${window}`, readers: ['api'], unit: 'requests' },
    FLEETYARD_RATE_ADDRESS: {
      means: `requests of one address (of IPv6, one /64) ${window}`,
      readers: ['api'],
      unit: 'requests',
    },
    FLEETYARD_RATE_STRANGERS: { means: `unknown tokens of one address ${window}`, readers: ['api'], unit: 'requests' },
    FLEETYARD_STREAMS: { means: 'event streams open in one process', readers: ['api'], unit: 'streams' },
    FLEETYARD_STREAMS_PER_PROJECT: { means: 'of these, of one project', readers: ['api'], unit: 'streams' },
    FLEETYARD_STREAMS_PER_TOKEN: { means: 'of these, of one token', readers: ['api'], unit: 'streams' },
    FLEETYARD_SOCKETS: {
      means: 'connections of one process; when there are too many, the one that has waited longest to ask goes',
      readers: ['api'],
      unit: 'connections',
    },
    FLEETYARD_REQUESTS_PER_SOCKET: { means: 'requests of one connection', readers: ['api'], unit: 'requests' },
    FLEETYARD_HEADERS_SECONDS: {
      means: 'how long a caller may take for the head of a request',
      readers: ['api'],
      unit: 'seconds',
    },
    FLEETYARD_REQUEST_SECONDS: { means: 'the same for all of a request', readers: ['api'], unit: 'seconds' },
    FLEETYARD_KEEP_ALIVE_SECONDS: { means: 'the same between two requests', readers: ['api'], unit: 'seconds' },
    FLEETYARD_EVENT_LOOP_DELAY_MS: {
      means: 'how late timers may be before new requests are refused; 0 for any time',
      readers: ['api'],
      unit: 'milliseconds',
    },
    FLEETYARD_HEAP_SHARE: {
      means: 'which part of its heap the process may use before new requests are refused; 0 for all',
      readers: ['api'],
    },
  },
  'What may be reached': {
    FLEETYARD_DEFAULT_ALLOWED_CIDRS: {
      means:
        'who may use the public endpoint of a cluster whose request does not say; without one each request has to. `0.0.0.0/0` is everybody',
      readers: ['api'],
    },
    FLEETYARD_PRIVATE_NETWORKS: {
      means: 'private ranges that hubs may lie in, with commas between them; public addresses need none',
      readers: service,
    },
    FLEETYARD_SIMULATOR_URL: {
      means: 'the simulated clouds; without it only real credentials work',
      readers: ['worker', 'doctor', 'plugins'],
    },
  },
  Workers: {
    FLEETYARD_CONCURRENCY: {
      means: 'operations at once in one worker at most, whatever their size',
      readers: ['worker'],
      unit: 'operations',
    },
    FLEETYARD_STEP_MEMORY_MB: {
      means: 'memory for steps; they are admitted by what those of their provider were measured to need',
      readers: ['worker'],
      unit: 'MB',
      default: 'three fifths of what the worker may use',
    },
    FLEETYARD_REAL_STEP_MB: {
      means: 'what a step on a real cloud is taken to need before three of its provider have been measured',
      readers: ['worker'],
      unit: 'MB',
    },
    FLEETYARD_SIMULATED_STEP_MB: { means: 'the same on a simulated one', readers: ['worker'], unit: 'MB' },
    FLEETYARD_PROJECT_RUNNING: {
      means: 'operations at work at once, of one project that has no limit of its own',
      readers: ['worker'],
      unit: 'operations',
    },
    FLEETYARD_CREDENTIAL_RUNNING: {
      means: 'operations at work at once with one credential',
      readers: ['worker'],
      unit: 'operations',
    },
    FLEETYARD_LEASE_SECONDS: {
      means: 'how long a silent worker keeps an operation',
      readers: ['worker'],
      unit: 'seconds',
    },
    FLEETYARD_DEADLINE_SCALE: { means: 'multiplies the deadlines of steps', readers: ['worker'], unit: 'factor' },
    FLEETYARD_RETRY_SCALE: {
      means: 'multiplies the delays of automatic retries; 0 where a test waits for them',
      readers: ['worker'],
      unit: 'factor',
    },
    FLEETYARD_SETTLE_SECONDS: {
      means: 'time between two looks at what a cloud was still making when a worker died',
      readers: ['worker'],
      unit: 'seconds',
    },
    FLEETYARD_PROBE_SECONDS: {
      means:
        'time between two looks at each hub and member; 0 for none. What does not answer twice in a look is `degraded`',
      readers: ['worker'],
      unit: 'seconds',
    },
    FLEETYARD_WORK_DIR: {
      means: 'where steps work; the same path for all workers, for stacks keep the paths of their kubeconfigs',
      readers: ['worker', 'doctor', 'image'],
    },
    FLEETYARD_RUNNER_UIDS: {
      means: 'numbers of users that steps get, one each, where the worker is root on Linux; `off` for none',
      readers: ['worker'],
    },
    FLEETYARD_WORKER_METRICS_PORT: {
      means: 'a port of the worker for its own measurements; `deploy/` has a dashboard and alert rules',
      readers: ['worker'],
    },
    FLEETYARD_PULSE_FILE: {
      means: 'a file that the worker touches at every round of its sweeps, for a health check',
      readers: ['worker', 'health'],
    },
  },
  Pulumi: {
    FLEETYARD_PULUMI: {
      means: 'path of the CLI in the pinned version',
      readers: ['worker', 'doctor', 'toolchain', 'image'],
      default: 'found on the PATH or in the cache, else downloaded or built',
    },
    FLEETYARD_PULUMI_HOME: {
      means: 'home with the official plugins, which `npm run plugins` fetches',
      readers: ['worker', 'doctor', 'toolchain', 'image'],
    },
    FLEETYARD_SIMULATED_PULUMI_HOME: {
      means: "home with the simulated clouds' plugins, which the worker writes",
      readers: ['worker', 'image'],
    },
  },
  'What is kept': {
    FLEETYARD_OPERATION_DAYS: { means: 'settled operations go after so long', readers: ['worker'], unit: 'days' },
    FLEETYARD_OPERATIONS_KEPT: { means: 'save the newest of each resource', readers: ['worker'], unit: 'operations' },
    FLEETYARD_SNAPSHOT_DAYS: { means: 'safety copies of stacks go after so long', readers: ['worker'], unit: 'days' },
    FLEETYARD_SNAPSHOTS_KEPT: {
      means: 'save the newest of each stack; the last one stays',
      readers: ['worker'],
      unit: 'copies',
    },
    FLEETYARD_HISTORY_DAYS: {
      means: "Pulumi's history of each stack goes after so long",
      readers: ['worker'],
      unit: 'days',
    },
    FLEETYARD_HISTORY_KEPT: { means: 'save the newest', readers: ['worker'], unit: 'entries' },
    FLEETYARD_AUDIT_DAYS: {
      means: 'events of the audit trail go after so long',
      readers: ['worker'],
      unit: 'days',
      default: 'kept for ever',
    },
  },
  Traces: {
    OTEL_EXPORTER_OTLP_ENDPOINT: {
      means: 'a collector that takes OTLP over HTTP; `/v1/traces` is added. Nothing is traced without one',
      readers: service,
    },
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
      means: 'the same for traces alone, taken as it is, before the other one',
      readers: service,
    },
    OTEL_EXPORTER_OTLP_HEADERS: {
      means: 'headers for the collector, `name=value` with commas between them; they may hold its token',
      readers: service,
    },
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: { means: 'the same for traces alone; they come on top', readers: service },
    OTEL_SDK_DISABLED: { means: 'no traces, whatever the others say', readers: service },
    OTEL_TRACES_EXPORTER: { means: '`none` tells nobody of traces', readers: service },
    OTEL_TRACES_SAMPLER: {
      means: 'which requests are traced; `parentbased` ones do as their caller says, where it says something',
      readers: service,
    },
    OTEL_TRACES_SAMPLER_ARG: { means: 'the share that `traceidratio` takes', readers: service },
    OTEL_SERVICE_NAME: {
      means: 'the name under which the process is shown',
      readers: service,
      default: 'fleetyard-api or fleetyard-worker',
    },
  },
  Log: { FLEETYARD_LOG_LEVEL: { means: 'how much is logged, the chattiest first', readers: service } },
} as const satisfies Record<string, Record<string, Variable>>;

type Groups = typeof variableGroups;

/** What the reader of the configuration may be asked for. */
export type VariableName = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups] & string;
