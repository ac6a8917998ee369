import { test } from 'tap';
import fc from '../../helpers/properties.ts';
import { faultKinds } from '../faults.ts';
import { drawSchedule } from '../schedule.ts';

const place = { workers: 2, apis: 2, controlPlanes: 'ledger', calm: false } as const;
const draw = (seed: number, operations = 15, calm = false) => drawSchedule({ ...place, seed, operations, calm });

test('a seed draws the same schedule twice, and a calm one sends the same requests', async (t) => {
  const requests = (acts: ReturnType<typeof draw>) => acts.filter((act) => 'request' in act);
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      t.same(draw(seed), draw(seed));
      t.same(requests(draw(seed, 15, true)), requests(draw(seed)));
      return draw(seed, 15, true).every((act) => 'request' in act) && requests(draw(seed)).length === 15;
    }),
    { numRuns: 30 },
  );
  t.notSame(draw(1), draw(2));
});

test('thirty seeds ask for every kind of request and let every kind of fault strike', async (t) => {
  const acts = Array.from({ length: 30 }, (_, seed) => draw(seed)).flat();
  const asked = new Set(acts.flatMap((act) => ('request' in act ? [act.request.ask] : [])));
  const struck = new Set(acts.flatMap((act) => ('fault' in act ? [act.fault.fault] : [])));
  t.same([...asked].sort(), ['apply', 'cancel', 'create', 'delete', 'retry']);
  t.same(
    [...struck].sort(),
    faultKinds.filter((kind) => kind !== 'kill-control-plane').toSorted(),
    'there are no processes of control planes to kill',
  );
  const local = Array.from({ length: 30 }, (_, seed) =>
    drawSchedule({ ...place, controlPlanes: 'local', seed, operations: 15 }),
  );
  t.ok(
    local.flat().some((act) => 'fault' in act && act.fault.fault === 'kill-control-plane'),
    'and there are, where they are real',
  );
  t.ok(
    acts.some((act) => 'fault' in act && act.at.when === 'recovering'),
    'also while something is put right',
  );
});
