// Parents and children: what the operations that it waits for mean to an operation.

import { isSettled, type OperationState } from './operation.ts';

/** Why an operation ended without success. */
type Reason = { code: string; message: string; [key: string]: unknown };

type Child = {
  id: string;
  resourceId: string;
  /** Its place in the line of its resource. */
  position: number;
  state: OperationState;
  error: Reason | null;
};

type Verdict = { outcome: 'succeeded' | 'failed' | 'cancelled'; error: Reason | null };

/** Said of an operation whose place a later one took. */
export const superseded = 'superseded';

/** Said of the removal of a federation that some of its members did not leave. */
export const membersStand = 'members-stand';

/**
 * What its children mean to a parent; undefined while one of them is not settled. Of each resource the last child counts, as the ones
 * before it gave way to it or were repaired by it. A parent that handed its children over is not judged by those that are left.
 */
export function judgeChildren(
  parent: { cancelRequestedAt: Date | null; error: Reason | null },
  children: readonly Child[],
): Verdict | undefined {
  if (children.some(({ state }) => !isSettled(state))) return undefined;
  if (parent.error?.code === superseded) return { outcome: 'cancelled', error: parent.error };
  const last = listLastChildren(children);
  const failed = last.filter(({ state }) => state === 'failed' || state === 'needs_attention');
  const stopped = last.filter(({ state, error }) => state === 'cancelled' && error?.code !== superseded);
  if (failed.length === 0 && stopped.length === 0) return { outcome: 'succeeded', error: null };
  const outcome = failed.length === 0 && parent.cancelRequestedAt !== null ? 'cancelled' : 'failed';
  const message = `${failed.length} of ${last.length} operations failed and ${stopped.length} were cancelled.`;
  const list = [...failed, ...stopped].map(({ id, resourceId, state }) => ({
    operation: id,
    resource: resourceId,
    state,
  }));
  return { outcome, error: { code: 'children-failed', message, children: list } };
}

/** The last child of each resource. */
export function listLastChildren<C extends Pick<Child, 'resourceId' | 'position'>>(children: readonly C[]): C[] {
  return children.filter(
    ({ resourceId, position }) =>
      !children.some((other) => other.resourceId === resourceId && other.position > position),
  );
}
