// What each kind of operation means: its steps, its phases, what gives way to it, and what it leaves when it succeeds.

import type { Schemas } from '../contract/schemas.ts';
import { isSettled, isStopping, type OperationState, type Phase, type ResourceKind } from './operation.ts';
import { type Step, type StepSubject, planAbandon, planLayersDown, planLayersUp } from './steps.ts';

/** What an operation does. A kind of the contract that has no row below does not compile. */
export type OperationKind = Schemas['Operation']['kind'];

/** What makes one kind differ from the others. */
type KindRules = {
  /** Plans the steps, by what the operation works on. */
  plan: { [Kind in ResourceKind]: (subject: Extract<StepSubject, { kind: Kind }>) => Step[] };
  /** What people see of the resource before it begins, while it is at work, and when it has succeeded. */
  phases: { before: Phase; during: Phase; after: Phase };
  /**
   * What becomes of unsettled operations of the same resource when one is inserted: queued ones of these kinds that never started
   * are superseded, or everything is cancelled. Whatever is not named goes first.
   */
  givesWay: { superseded: readonly OperationKind[] } | 'everything';
  /** What success leaves on the resource: its generation as observed, and in the end a tombstone without name and ranges. */
  settles: 'observed' | 'tombstone';
  /** Whether it says something about the resource although it was cancelled before it began: without it, there is nothing. */
  tellsUnstarted: boolean;
  /** Whether a person may have it run again when it failed. */
  retryable: boolean;
  /** Whether it goes before what else its project has waiting: what is removed makes room and saves money. */
  goesFirst: boolean;
  /** Whether it makes the resource: what the cloud has carries its id, it is kept as long as the resource is there, and it may be rolled back. */
  makes: boolean;
  /**
   * Which removals, asked for while one of this kind is under way, are as good as done: forced ones `always`, or only when this one is
   * forced as well.
   */
  serves: { kinds: readonly OperationKind[]; forced: 'always' | 'when-forced' };
};

const servesNone = { kinds: [], forced: 'when-forced' } as const;

/** Every kind of operation. */
export const operationKinds: Readonly<Record<OperationKind, KindRules>> = {
  create: {
    plan: {
      cluster: ({ federated }) => planLayersUp({ federated }),
      fleet: waitForChildren,
      federation: () => [{ kind: 'hub', action: 'check' }],
      placement: place,
    },
    phases: { before: 'pending', during: 'creating', after: 'ready' },
    givesWay: { superseded: [] },
    settles: 'observed',
    tellsUnstarted: true,
    retryable: true,
    goesFirst: false,
    makes: true,
    serves: servesNone,
  },
  update: {
    plan: {
      cluster: planLayersUp,
      fleet: waitForChildren,
      federation: () => [{ kind: 'hub', action: 'check' }],
      placement: place,
    },
    phases: { before: 'updating', during: 'updating', after: 'ready' },
    givesWay: { superseded: ['update'] },
    settles: 'observed',
    tellsUnstarted: false,
    retryable: true,
    goesFirst: false,
    makes: false,
    serves: servesNone,
  },
  delete: {
    plan: {
      cluster: (subject) => [...planLayersDown(subject), ...planRest(subject)],
      fleet: waitForChildren,
      federation: (subject) => [{ kind: 'hub', action: 'detach' }, ...planRest(subject)],
      placement: (subject) => [{ kind: 'hub', action: 'displace' }, ...planRest(subject)],
    },
    phases: { before: 'deleting', during: 'deleting', after: 'deleted' },
    givesWay: 'everything',
    settles: 'tombstone',
    tellsUnstarted: false,
    retryable: true,
    goesFirst: true,
    makes: false,
    serves: { kinds: ['delete'], forced: 'when-forced' },
  },
  abandon: {
    plan: { cluster: planAbandon, fleet: waitForChildren, federation: planAbandon, placement: planAbandon },
    phases: { before: 'deleting', during: 'deleting', after: 'deleted' },
    givesWay: 'everything',
    settles: 'tombstone',
    tellsUnstarted: false,
    retryable: true,
    goesFirst: true,
    makes: false,
    serves: { kinds: ['delete', 'abandon'], forced: 'always' },
  },
};

const allKinds = Object.keys(operationKinds) as OperationKind[];

/** Plans the steps of an operation. */
export function planSteps(kind: OperationKind, subject: StepSubject): Step[] {
  const { plan } = operationKinds[kind];
  switch (subject.kind) {
    case 'cluster':
      return plan.cluster(subject);
    case 'fleet':
      return plan.fleet(subject);
    case 'federation':
      return plan.federation(subject);
    case 'placement':
      return plan.placement(subject);
  }
}

/** An operation that stands in the line of its resource. */
type Earlier = {
  resourceKind: ResourceKind;
  kind: OperationKind;
  state: OperationState;
  startedAt: Date | null;
  cancelRequestedAt: Date | null;
};

/** What a new operation does to an earlier one of its resource. */
export function judgeEarlier(kind: OperationKind, earlier: Earlier): 'keep' | 'supersede' | 'cancel' {
  const { givesWay } = operationKinds[kind];
  if (isSettled(earlier.state)) return 'keep';
  if (givesWay === 'everything') return 'cancel';
  // What waits for others does nothing itself: its successor waits for them in its place, see `judgeChildren`.
  if (waitsForChildren(earlier)) return isStopping(earlier) ? 'keep' : 'supersede';
  const untouched = earlier.state === 'queued' && earlier.startedAt === null;
  return untouched && givesWay.superseded.includes(earlier.kind) ? 'supersede' : 'keep';
}

/** Whether such operations wait for others, by which alone they are judged. */
export function waitsForChildren({ resourceKind }: { resourceKind: ResourceKind }): boolean {
  return resourceKind === 'fleet';
}

/** Whether success leaves a tombstone. */
export function removes(kind: OperationKind): boolean {
  return operationKinds[kind].settles === 'tombstone';
}

/** The kinds that remove their resource. */
export const removingKinds = allKinds.filter(removes);

/** The kinds whose operations say something about their resource although they never began. */
export const kindsToldUnstarted = allKinds.filter((kind) => operationKinds[kind].tellsUnstarted);

/** The kinds that make a resource. */
export const makingKinds = allKinds.filter((kind) => operationKinds[kind].makes);

/** A removal, and whether it goes on past what fails. */
export type Removal = { kind: OperationKind; force: boolean };

/** Whether the removal that is under way does all that another one would. */
export function isServedBy(asked: Removal, underWay: Removal): boolean {
  const { kinds, forced } = operationKinds[underWay.kind].serves;
  return kinds.includes(asked.kind) && (!asked.force || forced === 'always' || underWay.force);
}

/** What the phase is derived from: the latest operation, and whether the resource is a tombstone. */
export type PhaseInputs = {
  deleted: boolean;
  /** The newest operation that is not settled, else the newest one; null when there was none. */
  operation: { kind: OperationKind; state: OperationState } | null;
  /** It stands, but its API server or its hub was found not to answer. */
  unwell?: boolean;
};

/** Derives the phase. */
export function derivePhase({ deleted, operation, unwell = false }: PhaseInputs): Phase {
  if (deleted) return 'deleted';
  const judge = (phase: Phase): Phase => (phase === 'ready' && unwell ? 'degraded' : phase);
  if (operation === null) return judge('ready');
  const { phases } = operationKinds[operation.kind];
  switch (operation.state) {
    case 'queued':
    case 'awaiting_approval':
      return phases.before;
    case 'running':
    case 'waiting':
    case 'interrupted':
    case 'cancelling':
      return phases.during;
    case 'succeeded':
      return judge(phases.after);
    case 'failed':
      return 'failed';
    case 'cancelled':
      return 'cancelled';
    case 'needs_attention':
      return 'needs-attention';
  }
}

/** A forced deletion lets go of what it could not take down. */
function planRest({ force = false }: { force?: boolean }): Step[] {
  return force ? planAbandon() : [];
}

function place(): Step[] {
  return [{ kind: 'hub', action: 'place' }];
}

function waitForChildren(): Step[] {
  return [{ kind: 'wait', action: 'children' }];
}
