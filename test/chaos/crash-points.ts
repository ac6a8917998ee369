import { test } from 'tap';
import { drawLives, listLives, runCrashPoints } from './crash/run-crash-points.ts';

const seed = 7;

test('a death at a write of ledger or database, drawn for each operation of each provider, is put right by the next worker', async (t) => {
  const lines: string[] = [];
  const report = await runCrashPoints({
    seed,
    points: 9,
    deadline: Date.now() + 600_000,
    say: (line) => lines.push(line),
    signal: AbortSignal.timeout(900_000),
  });
  t.same(report.faults, [], lines.join('\n'));
  t.ok(report.died >= 6, `${report.died} of ${report.points} deaths came`);
});

test('all lives together die before and after each write', async (t) => {
  const writes = {
    create: { ledger: 2, database: 3 },
    update: { ledger: 1, database: 1 },
    delete: { ledger: 2, database: 1 },
  };
  const lives = listLives('eks', writes);
  t.equal(lives.length, 10);
  t.same(
    lives.flatMap(({ points }) => points.update ?? []),
    (['ledger', 'database'] as const).flatMap((of) => [
      { of, write: 1, side: 'before' },
      { of, write: 1, side: 'after' },
    ]),
  );
  t.same(drawLives(seed, 9), drawLives(seed, 9), 'and a sample is drawn alike twice');
});
