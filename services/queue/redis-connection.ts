// How this room connects to Redis: producers fail fast, workers wait for ever.

import { Redis } from 'ioredis';
import { FleetyardError } from '../domain/errors.ts';

/** Where the queue lives. */
export type QueueOptions = {
  /** `redis://…` or `rediss://…`. */
  redisUrl: string;
  /** First part of every key, so that several installations may share a server. */
  prefix: string;
};

/** A connection for the API: when Redis is away, a command fails at once instead of holding the request. */
export function connectProducer(redisUrl: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    retryStrategy,
  });
  return redis.on('error', onError);
}

/** A connection for the worker: blocking reads wait until Redis is back. */
export function connectConsumer(redisUrl: string, onError: (error: Error) => void): Redis {
  return new Redis(redisUrl, { maxRetriesPerRequest: null, connectTimeout: 5_000, retryStrategy }).on('error', onError);
}

/** Throws unless Redis answers and never evicts keys; a server that hides its policy is taken at its word. */
export async function checkRedis(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    connectTimeout: 5_000,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
    if (policy !== undefined && policy !== 'noeviction') {
      throw new FleetyardError(
        'internal',
        `Redis may evict jobs: its maxmemory-policy is ${policy}; set it to noeviction.`,
      );
    }
  } catch (cause) {
    if (cause instanceof FleetyardError) throw cause;
    throw new FleetyardError('unavailable', 'Redis does not answer.', { cause });
  } finally {
    redis.disconnect();
  }
}

function retryStrategy(times: number): number {
  return Math.min(100 * 2 ** Math.min(times, 6), 5_000);
}
