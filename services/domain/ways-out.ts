// Which calls lead out of a state: every state of every kind of operation has one, whatever it works on.

import type { Schemas } from '../contract/schemas.ts';
import { actRoles, forcedDeletionRole } from './acts.ts';
import { operationKinds, type OperationKind } from './operation-kinds.ts';
import type { OperationState, ResourceKind } from './operation.ts';

/** A call of the service, as answers name it. */
export type Call = Schemas['Call'];

/** Where somebody may be stuck. */
export type Situation = {
  resource: {
    kind: ResourceKind;
    id: string;
    /** The fleet whose document says what it should be. */ fleetId?: string | null;
  };
  operation: { id: string; kind: OperationKind; state: OperationState };
};

const nouns = { cluster: 'clusters', fleet: 'fleets', federation: 'federations' } as const satisfies Record<
  ResourceKind,
  string
>;

/** The calls that lead out, the mildest first; what was asked for and came about needs none but the next wish. */
export function listWaysOut(situation: Situation): Call[] {
  const { resource, operation } = situation;
  const removes = operationKinds[operation.kind].settles === 'tombstone';
  switch (operation.state) {
    case 'queued':
    case 'running':
    case 'waiting':
    case 'interrupted':
    case 'awaiting_approval':
      return [follow(operation), cancel(operation)];
    case 'cancelling':
      // It ends by itself: its steps have deadlines, and what does not stop is killed.
      return [follow(operation)];
    case 'succeeded':
      return removes ? [makeAgain(resource)] : [...apply(resource), remove(resource)];
    case 'failed':
    case 'needs_attention':
      return [...retry(operation), ...(removes ? [] : [...apply(resource), remove(resource)]), ...letGo(resource)];
    case 'cancelled':
      return [...retry(operation), ...(removes ? [] : apply(resource)), remove(resource), ...letGo(resource)];
  }
}

/** What brings a resource to what its document says. */
export function listApplications(resource: Situation['resource']): Call[] {
  return apply(resource);
}

/** What gets rid of a resource although its deletion fails. */
export function letGo(resource: Situation['resource']): Call[] {
  const forced: Call = {
    method: 'DELETE',
    path: `${pathOf(resource)}?force=true`,
    role: forcedDeletionRole,
    does: 'destroys what it can, then lets go of the rest and lists it',
  };
  return [forced, ...abandon(resource)];
}

/** The call that cancels an operation. */
export function cancel({ id }: { id: string }): Call {
  return { method: 'POST', path: `/v1/operations/${id}/cancel`, does: 'cancels it' };
}

function follow({ id }: { id: string }): Call {
  return { method: 'GET', path: `/v1/operations/${id}/events`, does: 'follows it to its end' };
}

function retry({ id, kind }: Situation['operation']): Call[] {
  if (!operationKinds[kind].retryable) return [];
  return [{ method: 'POST', path: `/v1/operations/${id}/retry`, does: 'goes on from the step that it came to' }];
}

function apply({ kind, id, fleetId }: Situation['resource']): Call[] {
  // A federation has no document to be applied.
  if (kind === 'federation') return [];
  const path = typeof fleetId === 'string' ? `/v1/fleets/${fleetId}` : pathOf({ kind, id });
  return [{ method: 'PUT', path, does: 'applies its document, as it was or changed' }];
}

function remove(resource: Situation['resource']): Call {
  return { method: 'DELETE', path: pathOf(resource), does: 'takes down what stands' };
}

function abandon({ kind, id }: Situation['resource']): Call[] {
  if (kind === 'fleet') return [];
  const does = 'lets go of it without asking what does not answer, and lists what stands';
  return [
    {
      method: 'POST',
      path: `${pathOf({ kind, id })}/operations`,
      body: { kind: 'abandon' },
      role: actRoles[kind].abandon,
      does,
    },
  ];
}

function makeAgain({ kind }: Situation['resource']): Call {
  return { method: 'POST', path: `/v1/${nouns[kind]}`, does: 'makes another one of that name' };
}

function pathOf({ kind, id }: Pick<Situation['resource'], 'kind' | 'id'>): string {
  return `/v1/${nouns[kind]}/${id}`;
}
