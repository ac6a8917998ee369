// What every process of the service is told, as a value: the words of the configuration.

import type { Environment } from './reader.ts';

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
    /** Seconds between two looks at hubs and members; 0 for none. */
    probeSeconds: number;
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
  /** The collector that traces are told, by OpenTelemetry's own variables; none when undefined. */
  tracing:
    | {
        /** Where its OTLP over HTTP takes traces. */
        url: string;
        /** Sent along; they may hold a token. */
        headers: Readonly<Record<string, string>>;
        /** Name of the service; that of the process when undefined. */
        serviceName: string | undefined;
        /** Share of the traces that are told. */
        share: number;
        /** A caller's word on whether a trace is told counts before the share. */
        followsCallers: boolean;
      }
    | undefined;
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
