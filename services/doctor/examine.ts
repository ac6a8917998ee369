// The order of looks: first what everything stands on, then the rest as far as that carries.

import type { Config } from '../config/settings.ts';
import { countCredentials } from '../store/inspection/inspect-work.ts';
import { openInspection, type Inspect } from '../store/inspection/open-inspection.ts';
import type { RedisFacts } from '../queue/inspect-redis.ts';
import { findingsOf, subjects, type Finding, type Subject } from './finding.ts';
import { probeConfiguration } from './probes/probe-configuration.ts';
import { probeKeys, probeLogins, probeSchema } from './probes/probe-database.ts';
import { probeClocks, probeDisk, probePlugins, probePulumi, probeSimulator } from './probes/probe-host.ts';
import { probePostgres, probeRedis } from './probes/probe-servers.ts';
import { probeAudit, probeOperations, probeWorkers } from './probes/probe-work.ts';
import { runProbes, type Probe } from './run-probes.ts';

/** What the doctor is given. */
export type Patient = {
  config: Config;
  faults: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** Whose host this is; what only workers need is left out for an API. */
  role: 'api' | 'worker';
};

/** Two rounds: together below fifteen seconds. */
const [firstMs, secondMs] = [6_000, 7_500];

/** Looks at everything, and tells what it found in the order of the subjects. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const { config, faults, environment } = patient;
  const told = probeConfiguration(faults, environment);
  const { url, stateDatabase } = config.database;
  const inspect = url === '' ? undefined : openInspection(url);
  let redis: RedisFacts | undefined;
  const servers: Probe[] = [
    {
      subject: 'postgresql',
      run: async () => (inspect === undefined ? unset('postgresql') : probePostgres(url, inspect, stateDatabase)),
    },
    {
      subject: 'redis',
      async run() {
        if (config.redis.url === '') return unset('redis');
        const seen = await probeRedis(config.redis.url);
        if (Array.isArray(seen)) return seen;
        redis = seen.facts;
        return seen.findings;
      },
    },
    {
      subject: 'schema',
      run: async () => (inspect === undefined ? unset('schema') : probeSchema(inspect)),
    },
  ];
  const first = await runProbes(servers, firstMs);
  const isWell = (subject: Subject): boolean =>
    !first.some((finding) => finding.subject === subject && ['mend', 'unseen'].includes(finding.standing));
  // A database without its schema answers nothing else; one that can't be asked is told of once.
  const database = isWell('schema') ? inspect : undefined;
  const asked = isWell('schema') || isWell('postgresql') ? inspect : undefined;
  const second = await runProbes(listFurther(patient, { database, asked, redis }), secondMs);
  const findings = [...told, ...withoutEchoes(first), ...second];
  return subjects.flatMap((subject) => findings.filter((finding) => finding.subject === subject));
}

type Reached = { database: Inspect | undefined; asked: Inspect | undefined; redis: RedisFacts | undefined };

/** What is looked at once it is known which servers answer. */
function listFurther({ config, environment, role }: Patient, { database, asked, redis }: Reached): Probe[] {
  const { url, runtimeLogins, stateDatabase, migrationUrl } = config.database;
  const over = (subject: Subject, run: (inspect: Inspect, until: AbortSignal) => Promise<Finding[]>): Probe => ({
    subject,
    run: async (until) =>
      database === undefined
        ? [findingsOf(subject).unseen('needs the database with its schema')]
        : run(database, until),
  });
  const own = url === '' ? '' : decodeURIComponent(new URL(url).username);
  const logins = { own, runtime: runtimeLogins, stateDatabase, worker: role === 'worker', migrationUrl };
  const everywhere: Probe[] = [
    over('logins', (inspect) => probeLogins(inspect, logins)),
    { subject: 'keys', run: () => probeKeys(database, config.masterKeyFile) },
    { subject: 'clocks', run: () => probeClocks(asked, redis) },
    over('workers', probeWorkers),
    over('operations', (inspect) => probeOperations(inspect, redis === undefined ? undefined : config.redis)),
    over('audit', (inspect, until) => probeAudit(inspect, url, until)),
  ];
  if (role === 'api') return everywhere;
  const { binary, home } = config.pulumi;
  return [
    ...everywhere,
    { subject: 'pulumi', run: () => probePulumi(binary, environment) },
    {
      subject: 'plugins',
      run: async () => probePlugins(home, (await database?.(countCredentials))?.real),
    },
    over('simulator', async (inspect, until) =>
      probeSimulator(config.simulator.url, (await inspect(countCredentials)).simulated, until),
    ),
    { subject: 'disk', run: () => probeDisk([config.worker.workDir, home]) },
  ];
}

function unset(subject: Subject): Finding[] {
  return [findingsOf(subject).unseen('its URL is not set; see configuration')];
}

/** The schema is asked of PostgreSQL: when that can't be reached, it is told once. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const server = findings.find(({ subject, standing }) => subject === 'postgresql' && standing === 'mend');
  return findings.map((finding) =>
    finding.subject === 'schema' && finding.standing === 'mend' && finding.says === server?.says
      ? findingsOf('schema').unseen('needs PostgreSQL')
      : finding,
  );
}
