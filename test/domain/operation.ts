import { test } from 'tap';
import {
  canMove,
  claimableStates,
  isSettled,
  leasedStates,
  operationStates,
  type OperationState,
  operationTransitions,
  retryableStates,
  settledStates,
  statesBefore,
} from '../../services/domain/operation.ts';

test('every transition leads to a state of the map', async (t) => {
  for (const targets of Object.values(operationTransitions)) {
    for (const target of targets) t.ok(operationStates.includes(target), target);
  }
});

test('every state but the one for approvals is reached from queued', async (t) => {
  const reached = new Set<OperationState>(['queued']);
  for (const state of reached) for (const next of operationTransitions[state]) reached.add(next);
  t.same(new Set([...reached, 'awaiting_approval']), new Set(operationStates));
});

test('what has ended well stays so, and what was cancelled may be wanted after all (finding 9)', async (t) => {
  t.same(operationTransitions.succeeded, []);
  t.same(operationTransitions.cancelled, ['queued']);
});

test('a worker may claim, a person may cancel or retry, exactly where the map allows it', async (t) => {
  for (const state of claimableStates) t.ok(canMove(state, 'running'), `claim ${state}`);
  for (const state of retryableStates) t.ok(canMove(state, 'queued'), `retry ${state}`);
  for (const state of ['queued', 'running', 'waiting', 'awaiting_approval', 'interrupted'] as const)
    t.ok(canMove(state, 'cancelled') || canMove(state, 'cancelling'), `cancel ${state}`);
  for (const state of leasedStates) t.ok(canMove(state, 'interrupted'), `${state} may lose its lease`);
  t.notOk(canMove('interrupted', 'queued'), 'an interrupted operation is inspected before anything runs again');
});

test('settled states are those in which nothing happens by itself', async (t) => {
  t.same(operationStates.filter(isSettled).toSorted(), [...settledStates].toSorted());
});

test('the from-list of an update is the reverse of the map', async (t) => {
  for (const to of operationStates) {
    for (const from of operationStates) t.equal(statesBefore(to).includes(from), canMove(from, to), `${from} → ${to}`);
  }
});
