// Redis for tests: one server for the run, one key prefix for each test, cleared when the test ends.
import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { Redis } from 'ioredis';
import { getRunVariable } from './environment.ts';

/** Where a test finds Redis and the prefix that is its own. */
export type TestRedis = {
  url: string;
  prefix: string;
};

/** Hands out a prefix of the run's Redis and deletes every key under it at teardown. */
export function createTestRedis(t: Test): TestRedis {
  const url = getRunVariable('FLEETYARD_TEST_REDIS_URL');
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  t.teardown(() => deleteKeys(url, prefix));
  return { url, prefix };
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    const keys = await redis.keys(`${prefix}*`);
    if (keys.length > 0) await redis.unlink(...keys);
  } finally {
    redis.disconnect();
  }
}
