// Few control planes start at once, and each gets its turn, whatever becomes of those before it.
import { test } from 'tap';
import { createStartGate } from '../../../services/simulator/control-planes/local/start-gate.ts';

test('a gate lets so many through at once and no more', async (t) => {
  const pass = createStartGate(2);
  const doors = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const entered: number[] = [];
  const passed = doors.map((door, index) =>
    pass(async () => {
      entered.push(index);
      await door.promise;
      return index;
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  t.same(entered, [0, 1]);
  doors[1]?.reject(new Error('it did not start'));
  await t.rejects(Promise.all([passed[1]]), { message: 'it did not start' });
  t.same(entered, [0, 1, 2], 'one that fails makes room as well');
  for (const door of doors) door.resolve();
  t.same(await Promise.all([passed[0], passed[2], passed[3]]), [0, 2, 3]);
  t.equal(await pass(async () => 'later'), 'later', 'and the room is there again');
});
