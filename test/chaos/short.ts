import { test } from 'tap';
import { isFlawless, runChaos } from './run-chaos.ts';

// Replay with `npm run chaos -- --operations 6 --seed 1`.
const seed = 1;

test('six requests under faults: nothing twice, orphaned, lost, stuck or left over', async (t) => {
  const lines: string[] = [];
  const report = await runChaos({
    seed,
    operations: 6,
    workers: 2,
    apis: 2,
    controlPlanes: 'ledger',
    calm: false,
    keep: false,
    minutes: 10,
    say: (line) => lines.push(line),
    signal: AbortSignal.timeout(1_000_000),
  });
  const { duplicates, orphans, lost, stuck, leftovers, faults } = report;
  const none = { ranges: 0, locks: 0, stacks: 0, processes: 0, controlPlanes: 0, files: 0, logins: 0 };
  t.same({ duplicates, orphans, lost, stuck }, { duplicates: 0, orphans: 0, lost: 0, stuck: 0 }, lines.join('\n'));
  t.same(leftovers, none);
  t.ok(isFlawless(report));
  t.ok(Object.keys(faults).length >= 3, `what struck: ${Object.keys(faults).join(', ')}`);
});
