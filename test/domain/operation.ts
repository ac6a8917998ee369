import t from 'tap';
import {
  canMove,
  cancellableStates,
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

t.test('every transition leads to a state of the map', (t) => {
  for (const targets of Object.values(operationTransitions)) {
    for (const target of targets) t.ok(operationStates.includes(target), target);
  }
  t.end();
});

t.test('every state but the one for approvals is reached from queued', (t) => {
  const reached = new Set<OperationState>(['queued']);
  for (const state of reached) for (const next of operationTransitions[state]) reached.add(next);
  t.same(new Set([...reached, 'awaiting_approval']), new Set(operationStates));
  t.end();
});

t.test('what has ended well or was cancelled stays so', (t) => {
  t.same(operationTransitions.succeeded, []);
  t.same(operationTransitions.cancelled, []);
  t.end();
});

t.test('a worker may claim, a person may cancel or retry, exactly where the map allows it', (t) => {
  for (const state of claimableStates) t.ok(canMove(state, 'running'), `claim ${state}`);
  for (const state of retryableStates) t.ok(canMove(state, 'queued'), `retry ${state}`);
  for (const state of cancellableStates)
    t.ok(canMove(state, 'cancelled') || canMove(state, 'cancelling'), `cancel ${state}`);
  for (const state of leasedStates) t.ok(canMove(state, 'interrupted'), `${state} may lose its lease`);
  t.notOk(canMove('interrupted', 'queued'), 'an interrupted operation is inspected before anything runs again');
  t.end();
});

t.test('settled states are those in which nothing happens by itself', (t) => {
  t.same(operationStates.filter(isSettled).toSorted(), [...settledStates].toSorted());
  t.end();
});

t.test('the from-list of an update is the reverse of the map', (t) => {
  for (const to of operationStates) {
    for (const from of operationStates) t.equal(statesBefore(to).includes(from), canMove(from, to), `${from} → ${to}`);
  }
  t.end();
});
