// Which calls lead out of a state: every state of every kind of operation has one, whatever it works on.

import type { Schemas } from '../contract/schemas.ts';
import { actRoles, forcedDeletionRole } from './acts.ts';
import { isHelpedByRetry } from './engine-errors.ts';
import { operationKinds, type OperationKind } from './operation-kinds.ts';
import type { OperationState, ResourceKind } from './operation.ts';

/** A call of the service, as answers name it. */
export type Call = Schemas['Call'];

/** Where somebody may be stuck. */
export type Situation = {
  resource: {
    kind: ResourceKind;
    id: string;
    /** The fleet whose document says what it should be. */
    fleetId?: string | null;
    /** It is removed with that fleet, or by its document, and not on its own. */
    bound?: boolean;
  };
  operation: { id: string; kind: OperationKind; state: OperationState; error?: { code: string } | null };
};

const nouns = {
  cluster: 'clusters',
  fleet: 'fleets',
  federation: 'federations',
  placement: 'placements',
} as const satisfies Record<ResourceKind, string>;

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

/** What asks anew for what an operation was to bring about. */
export function listAnew(resource: Situation['resource'], kind: OperationKind): Call[] {
  return operationKinds[kind].settles === 'tombstone' ? [remove(resource)] : apply(resource);
}

/** What gets rid of a resource although its deletion fails. */
export function letGo(resource: Situation['resource']): Call[] {
  const forced: Call = {
    method: 'DELETE',
    path: `${pathOf(findRemovable(resource))}?force=true`,
    role: forcedDeletionRole,
    does: 'destroys what it can, then lets go of the rest and lists it',
  };
  return [forced, ...abandon(resource)];
}

/** What has a name of its own. */
type NamedNoun = ResourceKind | 'credential' | 'address space' | 'project' | 'token';

const ownNouns: Record<Exclude<NamedNoun, ResourceKind>, string> = {
  credential: 'credentials',
  'address space': 'address-spaces',
  project: 'projects',
  token: 'tokens',
};

/** What leads on where a name is taken, beside another name. */
export function listNameOwner(noun: NamedNoun, name: string): Call[] {
  if (noun === 'token') {
    return [
      { method: 'GET', path: '/v1/tokens', does: 'shows the token of that name' },
      { method: 'DELETE', path: `/v1/tokens/${name}`, does: 'revokes it, which frees the name' },
    ];
  }
  const path = `/v1/${isResource(noun) ? nouns[noun] : ownNouns[noun]}/${name}`;
  const see: Call = { method: 'GET', path, does: `shows the ${noun} of that name` };
  if (noun === 'project') return [see];
  const free: Call = { method: 'DELETE', path, does: 'deletes it, which frees the name' };
  if (noun === 'cluster' || noun === 'fleet' || noun === 'placement') {
    return [see, { method: 'PUT', path, does: 'applies the document to what has the name' }, free];
  }
  return [see, free];
}

/** What leads to where nothing needs a resource any more: the deletion of whatever does. */
export function listDependents(dependents: readonly { kind: ResourceKind; id: string; name: string }[]): Call[] {
  return dependents.map(({ kind, id, name }) => {
    return { method: 'DELETE', path: pathOf({ kind, id }), does: `deletes the ${kind} ${name}` };
  });
}

function isResource(noun: NamedNoun): noun is ResourceKind {
  return Object.hasOwn(nouns, noun);
}

/** The call that cancels an operation. */
export function cancel({ id }: { id: string }): Call {
  return { method: 'POST', path: `/v1/operations/${id}/cancel`, does: 'cancels it' };
}

function follow({ id }: { id: string }): Call {
  return { method: 'GET', path: `/v1/operations/${id}/events`, does: 'follows it to its end' };
}

function retry({ id, kind, error }: Situation['operation']): Call[] {
  if (!operationKinds[kind].retryable || !isHelpedByRetry(error?.code)) return [];
  return [{ method: 'POST', path: `/v1/operations/${id}/retry`, does: 'goes on from the step that it came to' }];
}

function apply({ kind, id, fleetId }: Situation['resource']): Call[] {
  // A federation of its own has no document to be applied.
  if (kind === 'federation' && typeof fleetId !== 'string') return [];
  const path = typeof fleetId === 'string' ? `/v1/fleets/${fleetId}` : pathOf({ kind, id });
  return [{ method: 'PUT', path, does: 'applies its document, as it was or changed' }];
}

function remove(resource: Situation['resource']): Call {
  return { method: 'DELETE', path: pathOf(findRemovable(resource)), does: 'takes down what stands' };
}

/** What has to be deleted for a resource to go. */
function findRemovable({
  kind,
  id,
  fleetId,
  bound = false,
}: Situation['resource']): Pick<Situation['resource'], 'kind' | 'id'> {
  return bound && typeof fleetId === 'string' ? { kind: 'fleet', id: fleetId } : { kind, id };
}

function abandon({ kind, id, bound = false }: Situation['resource']): Call[] {
  // A member may be let go of while a document names it; the federation of a fleet goes with that. Of a placement, a forced deletion does it.
  if (kind === 'fleet' || kind === 'placement' || (kind === 'federation' && bound)) return [];
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

/** What follows a deletion. */
export function makeAgain({ kind }: Situation['resource']): Call {
  return { method: 'POST', path: `/v1/${nouns[kind]}`, does: 'makes another one of that name' };
}

function pathOf({ kind, id }: Pick<Situation['resource'], 'kind' | 'id'>): string {
  return `/v1/${nouns[kind]}/${id}`;
}
