import { test } from 'tap';
import { judgeChildren, listLastChildren } from '../../services/domain/families.ts';

const child = { id: 'op_1', resourceId: 'cl_1', position: 1, error: null };
const parent = { cancelRequestedAt: null, error: null };
const superseded = { code: 'superseded', message: '' };

test('a parent ends as its children do, once the last of them has ended', async (t) => {
  const cancelled = { ...parent, cancelRequestedAt: new Date() };
  t.equal(judgeChildren(parent, [{ ...child, state: 'running' }]), undefined);
  t.match(judgeChildren(parent, []), { outcome: 'succeeded' });
  t.match(judgeChildren(parent, [{ ...child, state: 'cancelled' }]), { outcome: 'failed' });
  t.match(judgeChildren(cancelled, [{ ...child, state: 'cancelled' }]), { outcome: 'cancelled' });
  t.match(judgeChildren(cancelled, [{ ...child, state: 'failed' }]), { outcome: 'failed' });
  t.match(
    judgeChildren(parent, [{ ...child, state: 'cancelled', error: superseded }]),
    { outcome: 'succeeded' },
    'what was superseded does not count',
  );
});

test('of each resource the last child counts (finding 10)', async (t) => {
  const first = { ...child, state: 'failed' as const };
  const last = { ...child, id: 'op_0', position: 2, state: 'succeeded' as const };
  t.same(listLastChildren([first, last]), [last], 'by its place in the line, not by its id');
  t.match(judgeChildren(parent, [first, last]), { outcome: 'succeeded' });
  t.match(judgeChildren(parent, [{ ...first, position: 3 }, last]), { outcome: 'failed' });
});

test('a parent that handed its children over is not judged by those that are left (finding 10)', async (t) => {
  const former = { ...parent, error: superseded };
  t.same(judgeChildren(former, [{ ...child, state: 'succeeded' }]), { outcome: 'cancelled', error: superseded });
});
