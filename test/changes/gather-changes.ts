// Changes that arrive together: who shares a unit of work, and what one's fault means to the others.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'tap';
import { gatherBounds, gatherChanges, type Outcome } from '../../services/changes/gather-changes.ts';
import { FleetyardError } from '../../services/domain/errors.ts';

/** A unit of work that ends when it is told to. */
function createWork(judge: (item: string) => Outcome<string> = (item) => ({ result: `done ${item}` })) {
  const units: { project: string; items: readonly string[]; end: (error?: Error) => void }[] = [];
  const run = async (project: string, items: readonly string[]): Promise<Outcome<string>[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    units.push({ project, items, end: (error) => (error === undefined ? resolve() : reject(error)) });
    await promise;
    return items.map(judge);
  };
  return { units, run };
}

test('whoever comes while others are at work joins the next unit of work', async (t) => {
  const { units, run } = createWork();
  const change = gatherChanges(run);
  const all = [change('a', '1'), change('a', '2'), change('b', '3')];
  await nextTurn();
  t.same(
    units.map(({ items }) => items),
    [['1', '2'], ['3']],
    'those of one turn share one, each project its own',
  );
  all.push(change('a', '4'));
  await nextTurn();
  all.push(change('a', '5'), change('a', '6'));
  await nextTurn();
  t.equal(units.length, 3, 'a second one begins while the first is under way, and no third');
  units[0]?.end();
  while (units.length < 4) await nextTurn();
  t.same(units[3]?.items, ['5', '6'], 'which begins when one has ended');
  for (const { end } of units) end();
  t.same(
    await Promise.all(all),
    ['1', '2', '3', '4', '5', '6'].map((item) => `done ${item}`),
  );
});

test('a unit of work takes no more than it may', async (t) => {
  const { units, run } = createWork();
  const change = gatherChanges(run, { ...gatherBounds, items: 2, waiting: 3 });
  const all = ['1', '2', '3'].map((item) => change('a', item));
  await t.rejects(change('a', '4'), { code: 'unavailable' }, 'and the line has an end');
  await nextTurn();
  await nextTurn();
  t.same(
    units.map(({ items }) => items),
    [['1', '2'], ['3']],
  );
  for (const { end } of units) end();
  await Promise.all(all);
});

test('what is refused of one is refused to that one alone', async (t) => {
  const refusal = new FleetyardError('validation', 'A field is wrong.');
  const { units, run } = createWork((item) => (item === '2' ? { error: refusal } : { result: item }));
  const change = gatherChanges(run);
  const all = Promise.allSettled(['1', '2', '3'].map((item) => change('a', item)));
  await nextTurn();
  units[0]?.end();
  t.match(await all, [{ value: '1' }, { reason: refusal }, { value: '3' }]);
});

test('a fault of the unit of work has each done in one of its own', async (t) => {
  const { units, run } = createWork();
  const change = gatherChanges(run);
  const all = Promise.allSettled(['1', '2', '3'].map((item) => change('a', item)));
  await nextTurn();
  units[0]?.end(new Error('a row was refused'));
  for (const [index, item] of ['1', '2', '3'].entries()) {
    while (units.length < index + 2) await nextTurn();
    t.same(units[index + 1]?.items, [item]);
    units[index + 1]?.end(item === '2' ? new Error('this row was refused') : undefined);
  }
  t.match(await all, [{ value: 'done 1' }, { reason: { message: 'this row was refused' } }, { value: 'done 3' }]);
});

test('a database that is away is so for all of them', async (t) => {
  const { units, run } = createWork();
  const change = gatherChanges(run);
  const all = Promise.allSettled(['1', '2'].map((item) => change('a', item)));
  await nextTurn();
  units[0]?.end(new FleetyardError('unavailable', 'The database does not answer.'));
  t.match(await all, [{ reason: { code: 'unavailable' } }, { reason: { code: 'unavailable' } }]);
  t.equal(units.length, 1, 'and is not asked again for each');
});

test('who has waited too long is told', async (t) => {
  const { units, run } = createWork();
  const change = gatherChanges(run, { ...gatherBounds, unitsOfWork: 1, waitingSeconds: 0 });
  const first = change('a', '1').catch((error: unknown) => error);
  await nextTurn();
  t.match(await first, { code: 'unavailable' });
  t.equal(units.length, 0);
});
