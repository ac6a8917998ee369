// The life of an operation: its states, the one map of transitions, and the words for phases.

/** What an operation works on. */
export type ResourceKind = 'cluster' | 'fleet' | 'federation' | 'placement';

/** Every state with the states it may move to. The store checks each update against this map. */
export const operationTransitions = {
  // One that waits for children and was asked to cancel before it began goes on as `cancelling`.
  queued: ['running', 'cancelling', 'cancelled'],
  running: ['waiting', 'cancelling', 'interrupted', 'queued', 'succeeded', 'failed', 'needs_attention'],
  waiting: ['running', 'cancelling', 'succeeded', 'failed', 'cancelled'],
  cancelling: ['cancelled', 'interrupted', 'succeeded', 'failed', 'needs_attention'],
  awaiting_approval: ['queued', 'cancelled'],
  interrupted: ['running', 'cancelling', 'cancelled', 'failed', 'needs_attention'],
  needs_attention: ['queued', 'cancelled'],
  failed: ['queued'],
  succeeded: [],
  cancelled: ['queued'],
} as const satisfies Record<string, readonly string[]>;

/** A state of an operation. */
export type OperationState = keyof typeof operationTransitions;

/** All states, in the order of the map. */
export const operationStates = Object.keys(operationTransitions) as OperationState[];

/** States in which nothing more happens by itself; all but `succeeded` may still be retried by a person. */
export const settledStates = [
  'succeeded',
  'failed',
  'cancelled',
  'needs_attention',
] as const satisfies OperationState[];

/** States in which a worker holds the lease. */
export const leasedStates = ['running', 'cancelling'] as const satisfies OperationState[];

/** States from which a worker may claim the operation. */
export const claimableStates = ['queued', 'interrupted'] as const satisfies OperationState[];

/** States in which a person may ask to retry. */
export const retryableStates = ['failed', 'needs_attention', 'cancelled'] as const satisfies OperationState[];

/** Whether the map allows the move. */
export function canMove(from: OperationState, to: OperationState): boolean {
  return (operationTransitions[from] as readonly OperationState[]).includes(to);
}

/** The states from which a state may be reached: the `from` list of a fenced update. */
export function statesBefore(to: OperationState): OperationState[] {
  return operationStates.filter((from) => canMove(from, to));
}

/** Whether the operation has come to rest. */
export function isSettled(state: OperationState): boolean {
  return (settledStates as readonly OperationState[]).includes(state);
}

/** Whether it is asked to stop, or is stopping already: what it was meant to bring about may not come about. */
export function isStopping({ state, cancelRequestedAt }: Stoppable): boolean {
  return !isSettled(state) && (state === 'cancelling' || cancelRequestedAt !== null);
}

type Stoppable = { state: OperationState; cancelRequestedAt: Date | null };

/** What people see of a resource. It never drives a decision. */
export type Phase =
  | 'pending'
  | 'creating'
  | 'updating'
  | 'deleting'
  | 'ready'
  | 'degraded'
  | 'failed'
  | 'cancelled'
  | 'needs-attention'
  | 'deleted';
