// What actors do to operations: people insert, cancel and retry; workers claim, extend, settle and wait; sweeps expire; late writers write.
import { isDeepStrictEqual } from 'node:util';
import type { AsyncCommand } from 'fast-check';
import { FleetyardError } from '../../../services/domain/errors.ts';
import type { OperationKind } from '../../../services/domain/operation-kinds.ts';
import { requestCancel } from '../../../services/store/cancel-operation.ts';
import { insertOperation } from '../../../services/store/insert-operation.ts';
import { claimOperation, expireLeases, extendLease, type Lease } from '../../../services/store/leases.ts';
import { findOperation } from '../../../services/store/operations.ts';
import { interruptOperation, requeueOperation, retryOperation } from '../../../services/store/retry-operation.ts';
import { finishOperation, waitForChildren, type Outcome } from '../../../services/store/settle-operation.ts';
import { recordStep } from '../../../services/store/steps.ts';
import { saveSnapshot } from '../../../services/store/stacks.ts';
import type { Tx } from '../../../services/store/transaction.ts';
import fc from '../../helpers/properties.ts';
import { addOperation } from '../fixtures.ts';
import { compare, type Known, type Model, type Real } from './reference.ts';

type Command = AsyncCommand<Model, Real>;

/** What somebody may be told who asks at a bad moment; anything else is a fault of the store. */
const refusals = new Set(['conflict', 'lease-lost', 'illegal-transition', 'not-found']);

/** A command that acts and is then judged; `act` says what came of it, for the report of a failure. */
function command(name: string, act: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      await act(model, real);
      await compare(model, real);
    },
  };
}

async function askFor(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof FleetyardError && refusals.has(error.code)) return false;
    throw error;
  }
}

function choose<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

function held(model: Model): (Known & { holder: Lease })[] {
  return model.operations.filter((each): each is Known & { holder: Lease } => each.holder !== undefined);
}

const insert = (kind: OperationKind, index: number): Command =>
  command(`insert ${kind} ${index}`, async (_model, { test, clusters }) => {
    const cluster = choose(clusters, index);
    if (cluster !== undefined) await askFor(test.work((tx) => addOperation(tx, cluster, kind)));
  });

const insertFamily = (kind: 'update' | 'delete', members: number): Command =>
  command(`insert a family of ${members} ${kind}s`, async (_model, { test, clusters, fleet }) => {
    const family = async (tx: Tx): Promise<void> => {
      const { id } = await insertFleetOperation(tx, fleet, kind);
      for (const cluster of clusters.slice(0, members)) await addOperation(tx, cluster, kind, id);
    };
    await askFor(test.work(family));
  });

function insertFleetOperation(tx: Tx, fleet: { id: string; generation: number }, kind: OperationKind) {
  return insertOperation(tx, {
    resourceKind: 'fleet',
    resourceId: fleet.id,
    kind,
    generation: fleet.generation,
    input: {
      v: 1,
      resource: 'fleet',
      spec: { schemaVersion: 1, name: 'fleet', federation: null, pools: {}, clusters: [] },
    },
    steps: [{ kind: 'wait', action: 'children' }],
  });
}

const claim = (index: number): Command =>
  command(`claim ${index}`, async (model, { test }) => {
    const known = choose(model.operations, index);
    if (known === undefined) return;
    const before = await test.work((tx) => findOperation(tx, known.id));
    const claimed = await test.store.asSystem((tx) =>
      claimOperation(tx, { id: known.id, owner: `worker-${index}`, leaseSeconds: 600 }),
    );
    if (claimed === undefined) return;
    if (before === undefined || claimed.fence <= before.fence)
      throw new Error(`the claim of ${known.id} raised no fence`);
    const wanted = before.cancelRequestedAt === null ? 'running' : 'cancelling';
    if (claimed.state !== wanted) throw new Error(`${known.id} is ${claimed.state} after its claim, not ${wanted}`);
    if (known.holder !== undefined) known.late.push(known.holder);
    known.holder = { operationId: known.id, fence: claimed.fence };
  });

const extend = (index: number): Command =>
  command(`extend ${index}`, async (model, { test }) => {
    const known = choose(held(model), index);
    if (known === undefined) return;
    const answer = await test.store.asSystem((tx) => extendLease(tx, { ...known.holder, leaseSeconds: 600 }));
    if (answer.lost) throw new Error(`the holder of ${known.id} lost it to nobody`);
    if (known.state === 'cancelling' && !answer.cancelRequested) throw new Error(`${known.id} hides its cancel`);
  });

const expire = (index: number): Command =>
  command(`expire ${index}`, async (model, { test }) => {
    const known = choose(held(model), index);
    await test.store.asSystem(async (tx) => {
      if (known !== undefined) {
        await tx.sql`update operations set lease_until = clock_timestamp() - interval '1 second' where id = ${known.id}`;
      }
      const expired = await expireLeases(tx);
      const wrong = expired.find(({ operationId }) => operationId !== known?.id);
      if (wrong !== undefined) throw new Error(`${wrong.operationId} expired although its lease lasts`);
      if (known !== undefined && expired.length === 0) throw new Error(`${known.id} did not expire`);
    });
  });

const cancel = (index: number): Command =>
  command(`cancel ${index}`, async (model, { test }) => {
    const known = choose(model.operations, index);
    if (known !== undefined) await askFor(test.work((tx) => requestCancel(tx, known.id)));
  });

const retry = (index: number): Command =>
  command(`retry ${index}`, async (model, { test }) => {
    const known = choose(model.operations, index);
    if (known !== undefined) await askFor(test.work((tx) => retryOperation(tx, known.id)));
  });

/** What a worker may do with what it holds. */
const ends = [
  'succeeded',
  'failed',
  'needs_attention',
  'cancelled',
  'requeue',
  'interrupt',
  'wait',
  'step',
  'snapshot',
] as const;
type End = (typeof ends)[number];

function write(tx: Tx, lease: Lease, end: End): Promise<unknown> {
  switch (end) {
    case 'requeue':
      return requeueOperation(tx, { ...lease, delaySeconds: 0, error: { code: 'throttled', message: '' } });
    case 'interrupt':
      return interruptOperation(tx, { ...lease, reason: 'told to stop', because: 'handed-over' });
    case 'wait':
      return waitForChildren(tx, lease);
    case 'step':
      return recordStep(tx, lease, { index: 0, state: 'running' });
    case 'snapshot':
      return saveSnapshot(tx, lease, { stackId: 'sk_none', deployment: {} });
    default:
      return finishOperation(tx, { ...lease, outcome: end satisfies Outcome });
  }
}

const settle = (index: number, end: End): Command =>
  command(`${end} ${index}`, async (model, { test, fleet }) => {
    const known = choose(held(model), index);
    if (known === undefined || (end === 'wait') !== (known.resourceId === fleet.id)) return;
    await askFor(test.store.asSystem((tx) => write(tx, known.holder, end)));
  });

const writeLate = (index: number, end: End): Command =>
  command(`${end} too late ${index}`, async (model, { test }) => {
    const late = model.operations.flatMap((each) => each.late);
    const lease = choose(late, index);
    if (lease === undefined) return;
    const read = () => test.work((tx) => findOperation(tx, lease.operationId));
    const before = await read();
    const answer = await test.store.asSystem((tx) => extendLease(tx, { ...lease, leaseSeconds: 600 }));
    if (!answer.lost) throw new Error(`a late worker extended ${lease.operationId}`);
    const written = await askFor(test.store.asSystem((tx) => write(tx, lease, end)));
    if (!isDeepStrictEqual(before, await read())) throw new Error(`a late writer changed ${lease.operationId}`);
    if (written && end !== 'wait') throw new Error(`a late ${end} of ${lease.operationId} was not refused`);
  });

const index = fc.nat({ max: 30 });
const end = fc.constantFrom(...ends);

/** Draws of every command, the usual ones more often. */
export const commands = [
  fc
    .tuple(fc.constantFrom<OperationKind>('create', 'update', 'update', 'delete'), index)
    .map(([kind, at]) => insert(kind, at)),
  fc
    .tuple(fc.constantFrom('update' as const, 'delete' as const), fc.integer({ min: 0, max: 3 }))
    .map(([kind, members]) => insertFamily(kind, members)),
  index.map(claim),
  index.map(claim),
  index.map(claim),
  index.map(extend),
  index.map(expire),
  index.map(cancel),
  index.map(retry),
  fc.tuple(index, end).map(([at, how]) => settle(at, how)),
  fc.tuple(index, fc.constantFrom<End>('wait', 'succeeded', 'failed')).map(([at, how]) => settle(at, how)),
  fc.tuple(index, end).map(([at, how]) => writeLate(at, how)),
];
