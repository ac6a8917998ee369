// The deadline of one step, as a signal.

import type { Provider } from '../../domain/providers/registry.ts';
import { readOperationInput } from '../../domain/operation-input.ts';
import { getStepDeadline } from '../../domain/step-deadlines.ts';
import type { OperationRow } from '../../store/operations.ts';
import type { StepRow } from '../../store/steps.ts';
import type { WorkerContext } from '../context.ts';

/** Starts the clock of a step; `stop` ends it when the step is over. */
export function startDeadline(
  { deadlineScale }: Pick<WorkerContext, 'deadlineScale'>,
  operation: Pick<OperationRow, 'id' | 'resourceKind' | 'input'>,
  step: Pick<StepRow, 'kind' | 'action' | 'layer'>,
): { signal: AbortSignal; stop(): void } {
  const over = new AbortController();
  const seconds = getStepDeadline(step, findProvider(operation));
  if (seconds === null) return { signal: over.signal, stop: () => undefined };
  const timer = setTimeout(() => over.abort(), seconds * deadlineScale * 1000);
  return { signal: over.signal, stop: () => clearTimeout(timer) };
}

/** Undefined for what is no cluster, and for an input that this program cannot read: the step itself says so. */
function findProvider(operation: Pick<OperationRow, 'id' | 'resourceKind' | 'input'>): Provider | undefined {
  if (operation.resourceKind !== 'cluster') return undefined;
  try {
    return readOperationInput(operation, 'cluster').spec.provider;
  } catch {
    return undefined;
  }
}
