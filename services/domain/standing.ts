// How a resource stands to what was asked of it: the one rule by which documents are applied and deletions are begun.

import { removes, type OperationKind } from './operation-kinds.ts';
import { isSettled, isStopping, type OperationState } from './operation.ts';

/**
 * - `as-desired`: what was asked for last is there.
 * - `under-way`: an operation is bringing exactly that about.
 * - `astray`: something failed, was cancelled or stopped half-way, so that any part of it may be missing.
 * - `leaving`: it is being removed.
 * - `staying`: it was being removed, and that is being cancelled; nobody knows yet how it ends.
 */
export type Standing = 'as-desired' | 'under-way' | 'astray' | 'leaving' | 'staying';

/** The newest operation that says something about its resource: not one that was cancelled before it began. */
export type TellingOperation = {
  kind: OperationKind;
  state: OperationState;
  generation: number;
  cancelRequestedAt: Date | null;
};

/** Judges a live resource. */
export function judgeStanding(
  { generation, observedGeneration }: { generation: number; observedGeneration: number },
  newest: TellingOperation | undefined,
): Standing {
  const arrived = observedGeneration === generation;
  if (newest === undefined) return arrived ? 'as-desired' : 'astray';
  if (isSettled(newest.state)) return arrived && newest.state === 'succeeded' ? 'as-desired' : 'astray';
  if (removes(newest.kind)) return isStopping(newest) ? 'staying' : 'leaving';
  return newest.generation === generation && !isStopping(newest) ? 'under-way' : 'astray';
}
