import { test } from 'tap';
import {
  derivePhase,
  isServedBy,
  judgeEarlier,
  makingKinds,
  type OperationKind,
} from '../../services/domain/operation-kinds.ts';
import type { OperationState } from '../../services/domain/operation.ts';

test('the phase says what people see', async (t) => {
  const phase = (kind: OperationKind, state: OperationState) =>
    derivePhase({ deleted: false, operation: { kind, state } });
  t.equal(phase('create', 'queued'), 'pending');
  t.equal(phase('create', 'running'), 'creating');
  t.equal(phase('update', 'queued'), 'updating');
  t.equal(phase('update', 'interrupted'), 'updating');
  t.equal(phase('delete', 'cancelling'), 'deleting');
  t.equal(phase('create', 'succeeded'), 'ready');
  t.equal(phase('create', 'failed'), 'failed');
  t.equal(phase('delete', 'needs_attention'), 'needs-attention');
  t.equal(phase('create', 'cancelled'), 'cancelled');
  t.equal(derivePhase({ deleted: true, operation: null }), 'deleted');
});

test('what lines up gives way to what comes after it, by kind', async (t) => {
  const judge = (kind: OperationKind, earlier: OperationKind, state: OperationState, startedAt: Date | null = null) =>
    judgeEarlier(kind, { resourceKind: 'cluster', kind: earlier, state, startedAt, cancelRequestedAt: null });
  t.equal(judge('update', 'update', 'queued'), 'supersede');
  t.equal(judge('update', 'update', 'queued', new Date()), 'keep', 'what once began goes first');
  t.equal(judge('update', 'update', 'running'), 'keep');
  t.equal(judge('update', 'create', 'queued'), 'keep');
  t.equal(judge('create', 'update', 'queued'), 'keep');
  for (const earlier of ['create', 'update', 'delete'] as const)
    for (const state of ['queued', 'running', 'waiting', 'interrupted'] as const)
      t.equal(judge('delete', earlier, state), 'cancel', `a delete stops a ${earlier} that is ${state}`);
  t.equal(judge('delete', 'create', 'failed'), 'keep', 'and nothing that has ended');
});

test('what waits for others gives way to what waits in its place, unless it is being stopped', async (t) => {
  const judge = (earlier: OperationKind, state: OperationState, cancelRequestedAt: Date | null = null) =>
    judgeEarlier('update', { resourceKind: 'fleet', kind: earlier, state, startedAt: new Date(), cancelRequestedAt });
  for (const state of ['queued', 'running', 'waiting', 'interrupted'] as const)
    t.equal(judge('create', state), 'supersede', state);
  t.equal(judge('update', 'cancelling', new Date()), 'keep');
  t.equal(judge('update', 'queued', new Date()), 'keep', 'although it has yet to notice');
  t.equal(judge('update', 'failed'), 'keep');
});

test('a removal that is under way serves others, by kind and force', async (t) => {
  const serves = (kind: OperationKind, force: boolean, underWay: OperationKind, forced = false) =>
    isServedBy({ kind, force }, { kind: underWay, force: forced });
  t.ok(serves('delete', false, 'delete'));
  t.notOk(serves('delete', true, 'delete'), 'a plain one does not go on past what fails');
  t.ok(serves('delete', true, 'delete', true));
  t.notOk(serves('abandon', false, 'delete', true), 'it still asks the cloud');
  for (const kind of ['delete', 'abandon'] as const)
    for (const force of [true, false]) t.ok(serves(kind, force, 'abandon'), 'letting go of everything serves all');
  for (const kind of ['create', 'update'] as const) t.notOk(serves('delete', false, kind));
});

test('what makes a resource is a kind of its own', async (t) => {
  t.same(makingKinds, ['create']);
});
