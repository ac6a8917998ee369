// Windows in a real Redis: shared by processes, and of no harm when it is away or hangs.
import { test, type Test } from 'tap';
import { openRateLimits, type Quota, type QuotaName } from '../../services/limits/rate-limits.ts';
import { openDoor } from '../helpers/door.ts';
import { createTestRedis, type TestRedis } from '../helpers/redis.ts';
import { waitFor } from '../helpers/wait.ts';

const none: Quota = { requests: 0, seconds: 60 };
const open = (t: Test, { url, prefix }: TestRedis, some: Partial<Record<QuotaName, Quota>>) => {
  const quotas = {
    address: none,
    strangers: none,
    'token-reads': none,
    'token-writes': none,
    'project-reads': none,
    'project-writes': none,
    ...some,
  };
  const limits = openRateLimits({ redisUrl: url, prefix, quotas });
  t.teardown(() => limits.close());
  return limits;
};
const one = { quota: 'token-reads', key: 'tk_1' } as const;
const counted = (limits: ReturnType<typeof open>) =>
  waitFor('Redis', async () => (await limits.count([{ quota: 'address', key: 'probe' }])).length === 1);

test('7: two processes count together, each caller for itself', async (t) => {
  const redis = createTestRedis(t);
  const quotas = { 'token-reads': { requests: 3, seconds: 60 }, address: { requests: 1_000, seconds: 60 } };
  const [here, there] = [open(t, redis, quotas), open(t, redis, quotas)];
  await counted(here);
  await counted(there);
  t.match(await here.count([one]), [{ remaining: 2, spent: false, requests: 3, seconds: 60 }]);
  t.match(await there.count([one]), [{ remaining: 1, spent: false }]);
  t.match(await here.count([one]), [{ remaining: 0, spent: false }]);
  const [spent] = await there.count([one]);
  t.match(spent, { remaining: 0, spent: true });
  t.ok((spent?.resetSeconds ?? 0) >= 1 && (spent?.resetSeconds ?? 61) <= 60, 'says when it is filled again');
  t.ok(there.findWait(one) > 0, 'is known without asking');
  t.equal(there.findWait({ ...one, key: 'tk_2' }), 0);
  t.match(await here.count([{ ...one, key: 'tk_2' }]), [{ remaining: 2 }], 'another caller has its own');
  t.same(await here.count([{ quota: 'project-reads', key: 'pr_1' }]), [], 'what has no limit is not counted');
});

test('7: without Redis nothing is refused and nobody waits, save who guesses', async (t) => {
  const redis = createTestRedis(t);
  const door = await openDoor(t, redis.url);
  const quotas = {
    'token-reads': { requests: 1, seconds: 60 },
    strangers: { requests: 1, seconds: 60 },
    address: { requests: 1_000, seconds: 60 },
  };
  const limits = open(t, { ...redis, url: door.url }, quotas);
  await counted(limits);
  const other = { ...one, key: 'tk_3' };
  const times: number[] = [];
  const count = async () => {
    const begin = performance.now();
    const standings = await limits.count([other]);
    times.push(performance.now() - begin);
    return standings;
  };
  door.block();
  for (let index = 0; index < 20; index++) t.same(await count(), [], 'is not counted while Redis hangs');
  const [first = 0, ...rest] = times;
  t.ok(first < 2_000, `one waits a little (${Math.round(first)} ms)`);
  t.ok(Math.max(...rest) < 150, 'the next ones do not');
  door.cut();
  await door.shut();
  t.same(await count(), [], 'nor when it is gone');
  const guess = { quota: 'strangers', key: '192.0.2.1' } as const;
  t.match(await limits.count([guess]), [{ spent: false }]);
  t.match(await limits.count([guess]), [{ spent: true }], 'guesses are counted here');
  await door.reopen();
  await waitFor('Redis again', async () => (await limits.count([{ ...one, key: 'tk_4' }])).length === 1);
});
