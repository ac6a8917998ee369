// Stores how a runner ended: the step's result, the stack's health and its outputs, all of it in one transaction.

import { findStrangers, type Layer } from '../../domain/layers.ts';
import type { StepVerdict } from '../../engine/step-request.ts';
import { markSettled } from '../../store/stack-health.ts';
import { markStackDestroyed, saveOutputs } from '../../store/stacks.ts';
import { recordStep, type StepChange } from '../../store/steps.ts';
import type { Tx } from '../../store/transaction.ts';
import type { Redactor } from '../../vault/redact.ts';
import type { WorkerContext } from '../context.ts';
import { writeUnderLease } from '../write-under-lease.ts';
import { describeFailure, toStoredError, type StepEnd } from './step-end.ts';
import type { StepOrder } from './step-order.ts';
import { findPlainCode } from './stranger-words.ts';

/** A runner's end, and what of it must not be shown. */
export type EndedRunner = { stackId: string; redactor: Redactor; verdict: StepVerdict };

/** Stores the verdict and says what it means for the step. Only an orderly one clears the stack's mark. */
export async function storeVerdict(context: WorkerContext, order: StepOrder, ended: EndedRunner): Promise<StepEnd> {
  const { verdict, redactor, stackId } = ended;
  const { lease, step, onlySettle = false } = order;
  const record = async (tx: Tx, change: Omit<StepChange, 'index'>): Promise<void> => {
    // What a cancelled operation only puts right did not run.
    if (!onlySettle) await recordStep(tx, lease, { index: step.index, ...change });
  };
  switch (verdict.outcome) {
    case 'succeeded':
      await writeUnderLease(context, lease, async (tx) => {
        if (!onlySettle && step.action === 'destroy') await markStackDestroyed(tx, lease, stackId);
        if (!onlySettle && step.action === 'up') await saveOutputs(tx, lease, { stackId, outputs: verdict.outputs });
        await markSettled(tx, lease, stackId);
        await record(tx, { state: 'succeeded' });
      });
      return { outcome: 'succeeded', recorded: true };
    case 'failed': {
      const error = describeVerdict(verdict.failure, redactor, order);
      await writeUnderLease(context, lease, async (tx) => {
        if (verdict.settled) await markSettled(tx, lease, stackId);
        await record(tx, { state: 'failed', error: toStoredError(error) });
      });
      return { outcome: 'failed', error, recorded: true };
    }
    case 'cancelled':
      if (verdict.settled) await writeUnderLease(context, lease, (tx) => markSettled(tx, lease, stackId));
      return { outcome: 'cancelled' };
    case 'died':
      // It may repeat what a program wrote to its standard error.
      return { outcome: 'died', detail: redactor.redactText(verdict.detail) };
  }
}

function describeVerdict({ class: kind, code, message, resource }: Failure, redactor: Redactor, { step }: StepOrder) {
  const providerCode = findStrangers(step.layer as Layer) === null ? code : findPlainCode(code);
  const found = {
    ...(providerCode === undefined ? {} : { providerCode }),
    ...(resource === undefined ? {} : { resource }),
  };
  return describeFailure(kind, redactor.redactText(message), found);
}

type Failure = Extract<StepVerdict, { outcome: 'failed' }>['failure'];
