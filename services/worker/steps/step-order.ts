// One step of one claimed operation: what every performer of steps is given.

import type { ClaimedOperation } from '../../store/leases.ts';
import type { StepRow } from '../../store/steps.ts';
import type { TraceContext } from '../../tracing/trace-context.ts';
import type { HeldLease } from '../hold-lease.ts';

/** One step of one claim. */
export type StepOrder = {
  operation: ClaimedOperation;
  step: StepRow;
  lease: HeldLease;
  /** The operation is cancelled: put the stack of an engine step right when it is unsettled, and do nothing else. */
  onlySettle?: boolean;
  /** The span of the step, where traces are told. */
  trace?: TraceContext;
};
