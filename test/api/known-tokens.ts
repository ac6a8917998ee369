// Tokens that were good go first.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'tap';
import { createTokens } from '../../services/api/known-tokens.ts';

test('7: hundreds of unknown tokens are at work a few at a time, and a known one at once', async (t) => {
  const tokens = createTokens();
  const hash = () => tokens.hash(tokens.create());
  let [atWork, most, served] = [0, 0, 0];
  const serve = async (token: Uint8Array | undefined): Promise<void> => {
    const endTurn = await tokens.takeTurn(token);
    atWork += 1;
    most = Math.max(most, atWork);
    await nextTurn();
    [atWork, served] = [atWork - 1, served + 1];
    endTurn();
    endTurn();
  };
  const strangers = Array.from({ length: 400 }, (_, index) => serve(index % 2 === 0 ? hash() : undefined));
  const known = hash();
  tokens.noteGood(known);
  await tokens.takeTurn(known);
  t.equal(served, 0, 'none of four hundred went before it');
  await Promise.all(strangers);
  t.equal(served, 400, 'and all have their turn');
  t.ok(most <= 8, `${most} were at work at once`);
});

test('7: more than may wait are sent away', async (t) => {
  const tokens = createTokens();
  const hash = tokens.hash(tokens.create());
  const refusals: unknown[] = [];
  const takeTurn = (): Promise<unknown> => tokens.takeTurn(hash).catch((error: unknown) => refusals.push(error));
  for (let index = 0; index < 2_100; index++) void takeTurn();
  await nextTurn();
  t.equal(refusals.length, 2_100 - 2_000 - 8);
  t.match(refusals[0], { code: 'unavailable' });
});
