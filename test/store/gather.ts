// Reads that are gathered, and who waits for a session.
import { test } from 'tap';
import { gatherReads } from '../../services/store/gather-reads.ts';
import { createWaitingLine } from '../../services/store/waiting-line.ts';

test('7: what is asked in one tick is one query, and what is asked during it is the next one', async (t) => {
  const queries: string[][] = [];
  const gates: (() => void)[] = [];
  const find = gatherReads(
    async (keys) => {
      queries.push([...keys]);
      await new Promise<void>((resolve) => gates.push(resolve));
      return new Map(keys.filter((key) => key !== 'none').map((key) => [key, key.toUpperCase()]));
    },
    { queries: 1, keys: 3, waiting: 4 },
  );
  const first = Promise.all(['a', 'b', 'a', 'none'].map(find));
  await new Promise((resolve) => setImmediate(resolve));
  t.same(queries, [['a', 'b', 'none']], 'each key once');
  const second = Promise.all(['a', 'c', 'd', 'e'].map(find));
  await t.rejects(find('f'), { code: 'unavailable' }, 'no more may wait than the bound says');
  gates.shift()?.();
  t.same(await first, ['A', 'B', 'A', undefined]);
  await new Promise((resolve) => setImmediate(resolve));
  t.same(queries.slice(1), [['a', 'c', 'd']], 'a key that is being read is read again for whoever asks now');
  gates.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  gates.shift()?.();
  t.same(await second, ['A', 'C', 'D', 'E']);
});

test('7: a read that fails is told to those who asked it, and the next one is tried', async (t) => {
  let fails = true;
  const find = gatherReads<string>(
    async () => {
      if (fails) throw new Error('away');
      return new Map();
    },
    { queries: 1, keys: 10, waiting: 10 },
  );
  await t.rejects(Promise.all([find('a'), find('b')]), /away/);
  fails = false;
  t.equal(await find('a'), undefined);
});

test('7: owners who wait for a session take turns, and none has all of them', async (t) => {
  const line = createWaitingLine<number>({ sessions: 4, waiting: 8 });
  for (let index = 0; index < 3; index++) line.hold('greedy');
  t.notOk(line.mayTake('greedy'), 'three quarters are enough for one');
  t.ok(line.mayTake('modest'));
  t.ok(line.mayTake(''), 'the service itself has no bound');
  const order: string[] = [];
  const wait = (owner: string) => line.wait(owner, 60).then(() => order.push(owner));
  const waiting = [...Array.from({ length: 5 }, () => wait('greedy')), wait('modest'), wait('modest')];
  t.equal(line.next() === undefined, false, 'somebody may have one');
  for (let index = 0; index < 7; index++) {
    line.release('greedy');
    line.next()?.(index);
  }
  await Promise.all(waiting);
  t.same(order.slice(0, 4), ['greedy', 'modest', 'greedy', 'modest']);
});

test('7: a line that is full sends away, and so does a wait that is over', async (t) => {
  const line = createWaitingLine<number>({ sessions: 1, waiting: 4 });
  const waiting = [1, 2, 3].map(() => line.wait('greedy', 0.02));
  await t.rejects(line.wait('greedy', 60), { code: 'ALL_BUSY', message: /3 of them of one owner/ });
  const modest = line.wait('modest', 0.02);
  await t.rejects(line.wait('other', 60), { code: 'ALL_BUSY', message: /^4 units/ }, 'the last place is taken');
  for (const each of [...waiting, modest]) await t.rejects(each, { code: 'ALL_BUSY', message: /was free in 0\.02 s/ });
  t.equal(line.next(), undefined, 'and nobody is left');
});
