// How often callers may ask: windows that all API processes share through Redis. Without Redis nothing is refused, and nobody waits for it.

import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** What is counted. `strangers` are tokens that nobody has, by address. */
export const quotaNames = [
  'address',
  'strangers',
  'token-reads',
  'token-writes',
  'project-reads',
  'project-writes',
] as const;
export type QuotaName = (typeof quotaNames)[number];

/** How many requests in a window that begins with the first of them; 0 for any number. */
export type Quota = { requests: number; seconds: number };

/** One request against one quota of one caller. */
export type Count = { quota: QuotaName; key: string };

/** How a caller stands with a quota. */
export type Standing = Quota & { quota: QuotaName; remaining: number; resetSeconds: number; spent: boolean };

/** The limits. */
export type RateLimits = {
  /** Counts a request against each quota; what could not be counted is left out. Never rejects, and never waits for long. */
  count(counts: readonly Count[]): Promise<Standing[]>;
  /** Seconds until a quota that this process saw spent is filled again; 0 when it is not. */
  findWait(count: Count): number;
  close(): void;
};

/** What the limits need. */
export type RateLimitOptions = {
  redisUrl: string;
  /** First part of every key. */
  prefix: string;
  quotas: Readonly<Record<QuotaName, Quota>>;
  onError?: (error: Error) => void;
};

/** An answer of Redis that takes longer is not waited for. */
const patienceMs = 200;
/** After a failure nobody asks Redis but a probe, this often; so nobody waits for a server that hangs. */
const probeMs = 500;
/** Spent quotas that are remembered at most. */
const mostSpent = 10_000;

type Limiter = RateLimiterRedis | RateLimiterMemory;

/** Opens the limits; nothing is waited for. */
export function openRateLimits({ redisUrl, prefix, quotas, onError = () => undefined }: RateLimitOptions): RateLimits {
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    commandTimeout: patienceMs,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 6), 5_000),
  }).on('error', onError);
  const limiters = new Map<QuotaName, Limiter>();
  for (const quota of quotaNames) {
    const { requests: points, seconds: duration } = quotas[quota];
    if (points === 0) continue;
    const options = { points, duration, keyPrefix: `${prefix}:limit:${quota}` };
    limiters.set(quota, new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true }));
  }
  // Guessing is bounded without Redis too, by each process for itself: it would cost the database.
  const { requests: points, seconds: duration } = quotas.strangers;
  const alone = points === 0 ? undefined : new RateLimiterMemory({ points, duration });
  const spentUntil = createMemory(mostSpent);
  const health = createHealth(() => redis.ping(), onError);

  const consume = async ({ quota, key }: Count): Promise<RateLimiterRes | undefined> => {
    const limiter = limiters.get(quota);
    if (limiter === undefined) return undefined;
    if (health.isWell()) {
      try {
        return await take(limiter, key);
      } catch (error) {
        health.noteFailure(error as Error);
      }
    }
    return quota === 'strangers' && alone !== undefined ? take(alone, key) : undefined;
  };
  const findWait = (count: Count): number => spentUntil.find(`${count.quota}:${count.key}`);
  return {
    findWait,
    async count(counts) {
      const standings = await Promise.all(
        counts.map(async (count) => {
          const known = findWait(count);
          if (known > 0)
            return describe(count, quotas[count.quota], { remaining: 0, resetSeconds: known, spent: true });
          const result = await consume(count);
          if (result === undefined) return undefined;
          const { requests } = quotas[count.quota];
          const resetSeconds = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
          const spent = result.consumedPoints > requests;
          if (spent) spentUntil.set(`${count.quota}:${count.key}`, result.msBeforeNext);
          return describe(count, quotas[count.quota], { remaining: result.remainingPoints, resetSeconds, spent });
        }),
      );
      return standings.filter((standing) => standing !== undefined);
    },
    close() {
      health.close();
      redis.disconnect();
    },
  };
}

/** Whether Redis can be asked: not from a failure on until a probe succeeds. */
function createHealth(probe: () => Promise<unknown>, onError: (error: Error) => void) {
  let well = true;
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => {
      probe().then(() => (well = true), begin);
    }, probeMs).unref();
  };
  return {
    isWell: () => well,
    noteFailure(error: Error): void {
      if (!well) return;
      well = false;
      onError(error);
      begin();
    },
    close: () => clearTimeout(timer),
  };
}

function describe(
  { quota }: Count,
  limit: Quota,
  standing: Pick<Standing, 'remaining' | 'resetSeconds' | 'spent'>,
): Standing {
  return { quota, ...limit, ...standing };
}

/** A quota that is spent is told by a rejection, as is a Redis that fails. */
async function take(limiter: Limiter, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (error) {
    if (error instanceof RateLimiterRes) return error;
    throw error;
  }
}

/** Remembers for a while which keys are spent, the newest of them. */
function createMemory(most: number): { find(key: string): number; set(key: string, milliseconds: number): void } {
  const until = new Map<string, number>();
  return {
    find(key) {
      const left = (until.get(key) ?? 0) - performance.now();
      if (left > 0) return Math.ceil(left / 1000);
      until.delete(key);
      return 0;
    },
    set(key, milliseconds) {
      const [oldest] = until.keys();
      if (until.size >= most && oldest !== undefined) until.delete(oldest);
      until.set(key, performance.now() + milliseconds);
    },
  };
}
