// Whether two placements could select the same object.
import { test } from 'tap';
import { canOverlap } from '../../../services/domain/placements/overlaps.ts';

type Words = Partial<Parameters<typeof canOverlap>[0]>;

const kind = { apiVersion: 'apps/v1', kind: 'Deployment' };

test('only words that differ keep selectors apart', async (t) => {
  const apart: [Words, Words][] = [
    [{}, { kind: 'StatefulSet' }],
    [{}, { apiVersion: 'batch/v1' }],
    [{ namespace: 'a' }, { namespace: 'b' }],
    [
      { namespace: 'a', name: 'x' },
      { namespace: 'a', name: 'y' },
    ],
    [{ labels: { workload: 'ai' } }, { labels: { workload: 'regular', tier: 'x' } }],
  ];
  const together: [Words, Words][] = [
    [{}, {}],
    [{}, { namespace: 'a' }],
    [{ namespace: 'a' }, { name: 'x' }],
    [{ labels: { workload: 'ai' } }, { labels: { tier: 'x' } }],
    [{ apiVersion: 'apps/v1beta1' }, {}],
  ];
  for (const [one, other] of apart) t.notOk(canOverlap({ ...kind, ...one }, { ...kind, ...other }));
  for (const [one, other] of together) {
    t.ok(canOverlap({ ...kind, ...one }, { ...kind, ...other }));
    t.ok(canOverlap({ ...kind, ...other }, { ...kind, ...one }));
  }
});
