// Which operations of a project go first when they wait for room.

import { type OperationKind, operationKinds } from './operation-kinds.ts';
import type { OperationInput } from './operation-input.ts';

/** Smaller goes first: removals and what a person had tried again, then what was asked for singly, then members of a fleet. */
export const urgencies = { first: 0, ordinary: 1, bulk: 2 } as const;

/** How urgent an operation is, as it is stored. */
export type Urgency = (typeof urgencies)[keyof typeof urgencies];

/** The urgency of a new operation. One that waits for others takes no room, so that it is never held up. */
export function judgeUrgency({
  kind,
  input,
  parentId = null,
}: {
  kind: OperationKind;
  input: OperationInput;
  parentId?: string | null;
}): Urgency {
  if (operationKinds[kind].goesFirst || input.resource === 'fleet') return urgencies.first;
  return parentId === null ? urgencies.ordinary : urgencies.bulk;
}

/** The credential that an operation's steps take; empty for what only waits for others. */
export function findTakenCredential(input: OperationInput): string {
  switch (input.resource) {
    case 'cluster':
      return input.credentialId;
    case 'federation':
    case 'placement':
      return input.hubCredentialId;
    case 'fleet':
      return '';
  }
}
