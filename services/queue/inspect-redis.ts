// A look at the Redis of an installation: version, policy, clock, and which operations it has a job for.

import { Redis } from 'ioredis';
import { operationQueue } from './operation-job.ts';

/** What Redis says of itself. */
export type RedisFacts = {
  version: string;
  /** Undefined where the server hides it. */
  policy: string | undefined;
  usedShare: number | undefined;
  /** Milliseconds that its clock is ahead of this host's. */
  aheadMs: number;
};

/** One connection for a look. */
export type RedisInspection = {
  read(): Promise<RedisFacts>;
  /** Whether there is a job for an attempt of an operation. */
  hasJob(options: { prefix: string; operationId: string; attempt: number }): Promise<boolean>;
  close(): void;
};

const patienceMs = 5_000;

/** Connects; throws what the client says. */
export async function openRedisInspection(redisUrl: string): Promise<RedisInspection> {
  let last: Error | undefined;
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    retryStrategy: () => null,
  });
  // The client says that the connection was closed, and here why.
  redis.on('error', (error: Error) => (last = error));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw last ?? error;
  }
  return {
    async read() {
      const [server, memory] = [await redis.info('server'), await redis.info('memory')];
      const asked = Date.now();
      const [seconds, microseconds] = await redis.time();
      const answered = Date.now();
      const read = (text: string, name: string): string | undefined =>
        new RegExp(`^${name}:(\\S+)`, 'm').exec(text)?.[1];
      const [used, most] = [Number(read(memory, 'used_memory')), Number(read(memory, 'maxmemory'))];
      return {
        version: read(server, 'redis_version') ?? '',
        policy: read(memory, 'maxmemory_policy'),
        usedShare: most > 0 ? used / most : undefined,
        aheadMs: Number(seconds) * 1000 + Number(microseconds) / 1000 - (asked + answered) / 2,
      };
    },
    async hasJob({ prefix, operationId, attempt }) {
      return (await redis.exists(`${prefix}:${operationQueue}:${operationId}.${attempt}`)) === 1;
    },
    close: () => redis.disconnect(),
  };
}
