// Tokens that were good go first.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'tap';
import { createTokens } from '../../services/api/known-tokens.ts';

test('7: hundreds of unknown tokens are served a few at a time, and a known one at once', async (t) => {
  const tokens = createTokens();
  const hash = () => tokens.hash(tokens.create());
  let served = 0;
  const strangers = Array.from({ length: 40 }, () => tokens.takeTurn(hash()).then(() => (served += 1)));
  await Promise.resolve();
  const known = hash();
  tokens.noteGood(known);
  await tokens.takeTurn(known);
  t.ok(served <= 4, `${served} of forty went before it`);
  await nextTurn();
  t.ok(served < 40, 'the others take turns');
  await Promise.all(strangers);
  t.equal(served, 40, 'and all have theirs');
});

test('7: more than may wait are sent away', async (t) => {
  const tokens = createTokens();
  const hash = tokens.hash(tokens.create());
  const waiting = await Promise.allSettled(Array.from({ length: 2_100 }, () => tokens.takeTurn(hash)));
  const refused = waiting.filter(({ status }) => status === 'rejected');
  t.ok(refused.length > 50 && refused.length <= 100, `${refused.length} were`);
  t.match((refused[0] as PromiseRejectedResult).reason, { code: 'unavailable' });
});
