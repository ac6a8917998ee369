import { test } from 'tap';
import { type Phase, shutDown } from '../../services/process/shutdown.ts';

const never = (): Promise<void> => new Promise(() => undefined);

/** Shuts down and says with which code, and what was said on the way. */
async function end(phases: readonly Phase[], seconds = 60): Promise<{ code: number; said: unknown[] }> {
  const said: unknown[] = [];
  const say = (...words: unknown[]): void => void said.push(words);
  const code = await new Promise<number>((exit) => {
    void shutDown({ phases, seconds, exit, log: { debug: say, info: say, error: say } }, 'SIGTERM');
  });
  return { code, said };
}

test('phases run in their order, and a good end is 0', async (t) => {
  const ran: string[] = [];
  const phase = (name: string): Phase => ({ name, run: async () => void ran.push(name) });
  t.equal((await end([phase('requests'), phase('queue'), phase('store')])).code, 0);
  t.same(ran, ['requests', 'queue', 'store']);
});

test('a phase that fails or takes too long keeps no other from running, and the end is not good', async (t) => {
  const ran: string[] = [];
  const { code, said } = await end([
    { name: 'broken', run: () => Promise.reject(new Error('broken')) },
    { name: 'stuck', seconds: 0.01, run: never },
    { name: 'last', seconds: 60, run: async () => void ran.push('last') },
  ]);
  t.equal(code, 1);
  t.same(ran, ['last']);
  t.match(JSON.stringify(said), /"phase":"broken".*"phase":"stuck"/, 'both are named');
});

test('the deadline ends what has no time of its own', async (t) => {
  const { code, said } = await end([{ name: 'stuck', run: never }], 0.01);
  t.equal(code, 1);
  t.match(JSON.stringify(said), /took too long/);
});
