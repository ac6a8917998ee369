// The two servers: whether they answer, in which version, and whether anybody could listen in.

import { inspectServer, isOnThisHost, oldestMajor } from '../../store/inspection/inspect-server.ts';
import { explainRefusal } from '../../store/inspection/explain-refusal.ts';
import type { Inspect } from '../../store/inspection/open-inspection.ts';
import { openRedisInspection, type RedisFacts } from '../../queue/inspect-redis.ts';
import { findingsOf, type Finding } from '../finding.ts';

const postgresql = findingsOf('postgresql');
const redis = findingsOf('redis');

/** Asks PostgreSQL. */
export async function probePostgres(url: string, inspect: Inspect, stateDatabase: string): Promise<Finding[]> {
  const facts = await inspect(inspectServer, { asSystem: false });
  if (facts === undefined) return [postgresql.mend('PostgreSQL says nothing of itself', 'look at its log')];
  const { version, major, tls, databases, readOnly } = facts;
  const found: Finding[] = [];
  if (major < oldestMajor)
    found.push(postgresql.mend(`PostgreSQL ${version} is too old`, `upgrade the server to ${oldestMajor} or newer`));
  if (readOnly)
    found.push(postgresql.mend('PostgreSQL only reads: it is a replica', 'let DATABASE_URL name the primary server'));
  if (!tls && !isOnThisHost(url))
    found.push(
      postgresql.advice(
        'the connection to PostgreSQL is in the clear, and the server is another host',
        'add ?sslmode=verify-full to DATABASE_URL, unless the network between is private',
      ),
    );
  if (!databases.includes(stateDatabase))
    found.push(
      postgresql.mend(`Pulumi's database ${stateDatabase} is missing`, 'npm run migrate (or FLEETYARD_STATE_DATABASE)'),
    );
  return found.length > 0
    ? found
    : [postgresql.well(`PostgreSQL ${version} answers${tls ? ' over TLS' : ' on this host'}`)];
}

/** What the rest wants of Redis, when it is there. */
export type SeenRedis = { facts: RedisFacts; findings: Finding[] };

/** Asks Redis. */
export async function probeRedis(url: string): Promise<SeenRedis | Finding[]> {
  let inspection: Awaited<ReturnType<typeof openRedisInspection>> | undefined;
  try {
    inspection = await openRedisInspection(url);
    const facts = await inspection.read();
    return { facts, findings: judgeRedis(url, facts) };
  } catch (error) {
    return [explainRedis(error)];
  } finally {
    inspection?.close();
  }
}

function judgeRedis(url: string, { version, policy, usedShare }: RedisFacts): Finding[] {
  const found: Finding[] = [];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2))
    found.push(redis.mend(`Redis ${version} is too old`, 'upgrade the server to 6.2 or newer'));
  if (policy !== undefined && policy !== 'noeviction')
    found.push(
      redis.mend(
        `Redis may evict jobs: its maxmemory-policy is ${policy}`,
        'redis-cli config set maxmemory-policy noeviction, and the same in its configuration',
      ),
    );
  if (usedShare !== undefined && usedShare > 0.9)
    found.push(
      redis.mend(`Redis has used ${Math.round(usedShare * 100)} % of its memory`, 'raise maxmemory, or clear it'),
    );
  const { protocol, hostname } = new URL(url);
  if (protocol === 'redis:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    found.push(
      redis.advice(
        'the connection to Redis is in the clear, and the server is another host',
        'let REDIS_URL begin with rediss://, unless the network between is private',
      ),
    );
  return found.length > 0 ? found : [redis.well(`Redis ${version} answers`)];
}

function explainRedis(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  if (/WRONGPASS|NOAUTH|invalid (username|password)/i.test(message))
    return redis.mend('Redis refuses user or password', 'set those of REDIS_URL right');
  const refusal = explainRefusal(error);
  if (refusal !== undefined) return redis.mend(`Redis ${refusal.says}`, refusal.mend);
  return redis.mend('Redis does not answer', 'start it, or correct REDIS_URL');
}
