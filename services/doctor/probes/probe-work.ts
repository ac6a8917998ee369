// The work: workers that live, operations that stand still, and an audit trail that is linked and holds.

import { inspectChains, countUnlinked } from '../../store/inspection/inspect-audit.ts';
import {
  listStandstills,
  listWorkers,
  type SeenWorker,
  type Standstill,
  type StandstillFacts,
} from '../../store/inspection/inspect-work.ts';
import type { Inspect } from '../../store/inspection/open-inspection.ts';
import { openAuditReader } from '../../store/read-audit-trail.ts';
import { openRedisInspection } from '../../queue/inspect-redis.ts';
import { findingsOf, type Finding } from '../finding.ts';

const [workers, operations, audit] = [findingsOf('workers'), findingsOf('operations'), findingsOf('audit')];

/** A worker tells of itself every few seconds. */
const silentSeconds = 60;
/** The linker comes by every few seconds. */
const unlinkedSeconds = 300;

/** Workers. */
export async function probeWorkers(inspect: Inspect): Promise<Finding[]> {
  const seen = await inspect(listWorkers);
  const live = seen.filter(isLive);
  const silent = seen.filter((worker) => !isLive(worker));
  const names = silent.map(({ owner, silentSeconds: age }) => `${owner} (${describeAge(age)} ago)`).join(', ');
  if (live.length === 0) {
    const says = silent.length === 0 ? 'no worker was seen within a day' : `no worker lives; last seen: ${names}`;
    return [workers.mend(says, 'npm run start:worker, and look at the log of the one that was there')];
  }
  const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
  const running = live.reduce((sum, worker) => sum + worker.running, 0);
  const found = [workers.well(`${live.length} live, ${running} of ${slots} places taken`)];
  if (silent.length > 0)
    found.push(
      workers.advice(
        `workers went silent without an orderly end: ${names}`,
        'look at their logs; whoever is gone is forgotten after a day',
      ),
    );
  return found;
}

const standstills: Record<Standstill, (facts: StandstillFacts) => [says: string, mend: string]> = {
  'lease-over': ({ oldest }) => [
    `hold a lease that is over, the oldest ${oldest}`,
    'start a worker: its sweep takes them over within seconds',
  ],
  untaken: ({ oldest, seconds, project }) => [
    `wait although nothing runs in their project, the oldest ${oldest} of ${project} for ${describeAge(seconds)}`,
    'start a worker, or see in its log and metrics why it takes nothing (memory, limits, Redis)',
  ],
  silent: ({ oldest, seconds }) => [
    `run without a word, the oldest ${oldest} for ${describeAge(seconds)}`,
    `POST /v1/operations/${oldest}/cancel, and look at the log of its worker`,
  ],
  childless: ({ oldest }) => [
    `wait for others that have all ended, the oldest ${oldest}`,
    `POST /v1/operations/${oldest}/cancel, then send the document again with PUT`,
  ],
  'needs-attention': ({ oldest, project }) => [
    `need a person, the oldest ${oldest} of ${project}`,
    `GET /v1/operations/${oldest} names the calls that lead out (error.wayOut)`,
  ],
};

/** Operations. */
export async function probeOperations(
  inspect: Inspect,
  redis: { url: string; prefix: string } | undefined,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const facts of await inspect(listStandstills)) {
    const [says, mend] = standstills[facts.reason](facts);
    const jobless =
      facts.reason === 'untaken' && redis !== undefined && !(await hasJob(redis, facts))
        ? '; its entry in the queue is missing'
        : '';
    found.push(operations.mend(`${facts.operations} ${says}${jobless}`, mend));
  }
  return found.length > 0 ? found : [operations.well('none stands still')];
}

async function hasJob(
  { url, prefix }: { url: string; prefix: string },
  { oldest, attempt }: StandstillFacts,
): Promise<boolean> {
  const inspection = await openRedisInspection(url);
  try {
    return await inspection.hasJob({ prefix, operationId: oldest, attempt });
  } finally {
    inspection.close();
  }
}

/** The audit trail. */
export async function probeAudit(inspect: Inspect, url: string, until: AbortSignal): Promise<Finding[]> {
  const found: Finding[] = [];
  const { waiting, seconds } = await inspect(countUnlinked);
  if (seconds > unlinkedSeconds) {
    const says = `${waiting} audit events wait for their link, the oldest for ${describeAge(seconds)}`;
    found.push(audit.mend(says, 'start a worker: it links them'));
  }
  const reader = await openAuditReader(url);
  try {
    const { chains, looked, broken } = await inspectChains(reader, until);
    for (const { chain, fault, position } of broken)
      found.push(
        audit.mend(
          `the chain ${chain} is broken at ${position ?? '?'}: ${fault}`,
          `npm run audit -- verify --project ${chain} names the first place; compare with heads and backups that are kept elsewhere`,
        ),
      );
    if (found.length === 0) found.push(audit.well(`the ends of ${looked} of ${chains} chains hold`));
  } finally {
    void reader.close();
  }
  return found;
}

function isLive({ silentSeconds: age }: SeenWorker): boolean {
  return age <= silentSeconds;
}

function describeAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
