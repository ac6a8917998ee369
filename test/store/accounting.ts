// What an operation has been through is counted by cause, and each cause has a bound of its own.
import { test } from 'tap';
import { deathsAllowed, isWornOut, judgeFailure } from '../../services/domain/accounting.ts';
import { engineErrorRules, type EngineErrorClass } from '../../services/domain/engine-errors.ts';
import { claimOperation, expireLeases } from '../../services/store/leases.ts';
import { getOperation, type OperationRow } from '../../services/store/operations.ts';
import type { Store } from '../../services/store/open-store.ts';
import { interruptOperation, requeueOperation, retryOperation } from '../../services/store/retry-operation.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import fc from '../helpers/properties.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore, type TestStore } from './fixtures.ts';

const classes = Object.keys(engineErrorRules) as EngineErrorClass[];
const read = (store: Store, id: string): Promise<OperationRow> => store.asSystem((tx) => getOperation(tx, id));
const account = ({ retries, retriesByClass, deaths }: OperationRow) => ({ retries, retriesByClass, deaths });

/** What may happen to an operation that a worker holds. */
const happenings = {
  async fails({ store }: TestStore, id: string, errorClass: EngineErrorClass) {
    const error = { code: errorClass, message: 'no' };
    const lease = leaseOf(await claim(store, id));
    await store.asSystem((tx) => requeueOperation(tx, { ...lease, delaySeconds: 0, error }));
  },
  async isHandedOver({ store }: TestStore, id: string) {
    const lease = leaseOf(await claim(store, id));
    await store.asSystem((tx) => interruptOperation(tx, { ...lease, reason: 'deploy', because: 'handed-over' }));
  },
  async losesItsRunner({ store }: TestStore, id: string) {
    const lease = leaseOf(await claim(store, id));
    await store.asSystem((tx) => interruptOperation(tx, { ...lease, reason: 'killed', because: 'died' }));
  },
  async losesItsWorker({ store }: TestStore, id: string) {
    await claim(store, id, 0);
    await store.asSystem((tx) => expireLeases(tx));
  },
  async isAskedAgain({ store, work }: TestStore, id: string) {
    const lease = leaseOf(await claim(store, id));
    const error = { code: 'invalid', message: 'no' };
    await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'failed', error }));
    await work((tx) => retryOperation(tx, id));
  },
};

async function openOperation(test: TestStore, name: string): Promise<string> {
  return (await test.work(async (tx) => addOperation(tx, await addCluster(tx, name)))).id;
}

test('each happening counts for its own cause', async (t) => {
  const test = await openTestStore(t);
  const id = await openOperation(test, 'alpha');
  const table = [
    ['fails', 'throttled', { retries: 1, retriesByClass: { throttled: 1 }, deaths: 0 }],
    ['isHandedOver', undefined, { retries: 1, retriesByClass: { throttled: 1 }, deaths: 0 }],
    ['fails', 'capacity', { retries: 2, retriesByClass: { throttled: 1, capacity: 1 }, deaths: 0 }],
    ['losesItsWorker', undefined, { retries: 2, retriesByClass: { throttled: 1, capacity: 1 }, deaths: 1 }],
    ['losesItsRunner', undefined, { retries: 2, retriesByClass: { throttled: 1, capacity: 1 }, deaths: 2 }],
    ['fails', 'throttled', { retries: 3, retriesByClass: { throttled: 2, capacity: 1 }, deaths: 2 }],
    ['isAskedAgain', undefined, { retries: 0, retriesByClass: {}, deaths: 0 }],
  ] as const;
  for (const [index, [happening, errorClass, expected]] of table.entries()) {
    await happenings[happening](test, id, errorClass as EngineErrorClass);
    const row = await read(test.store, id);
    t.same(account(row), expected, `${happening} ${errorClass ?? ''}`);
    t.equal(row.attempt, index + 2, 'and each has a job of its own');
  }
});

test('a class that used up its retries leaves the others theirs', async (t) => {
  const used = { retriesByClass: { capacity: engineErrorRules.capacity.retries }, deaths: 0 };
  const judge = (errorClass: EngineErrorClass) => judgeFailure(used, errorClass, () => 0);
  t.equal(judge('capacity'), undefined);
  t.type(judge('throttled'), 'number');
  t.type(judge('deadline'), 'number');
  t.equal(judge('invalid'), undefined, 'and what a person must mend has none');
});

test('whatever happens in whatever order, the account is that of a model, and the whole of it is bounded', async (t) => {
  const test = await openTestStore(t);
  const happening = fc.oneof(
    fc.record({ kind: fc.constant('fails' as const), errorClass: fc.constantFrom(...classes) }),
    fc.record({
      kind: fc.constantFrom('isHandedOver', 'losesItsRunner', 'losesItsWorker', 'isAskedAgain'),
      errorClass: fc.constant('internal' as const),
    }),
  );
  let made = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 12 }), async (list) => {
      const id = await openOperation(test, `model-${(made += 1)}`);
      let model: { retriesByClass: Partial<Record<EngineErrorClass, number>>; deaths: number } = {
        retriesByClass: {},
        deaths: 0,
      };
      for (const { kind, errorClass } of list) {
        // What the worker would not do by itself does not happen.
        if (kind === 'fails' && judgeFailure(model, errorClass, () => 0) === undefined) continue;
        if (kind !== 'isAskedAgain' && isWornOut(model)) continue;
        await happenings[kind](test, id, errorClass);
        if (kind === 'fails') {
          const count = (model.retriesByClass[errorClass] ?? 0) + 1;
          model = { ...model, retriesByClass: { ...model.retriesByClass, [errorClass]: count } };
        }
        if (kind === 'losesItsRunner' || kind === 'losesItsWorker') model = { ...model, deaths: model.deaths + 1 };
        if (kind === 'isAskedAgain') model = { retriesByClass: {}, deaths: 0 };
      }
      const row = await read(test.store, id);
      const sum = Object.values(model.retriesByClass).reduce((total, count) => total + count, 0);
      t.same(account(row), { ...model, retries: sum });
      t.ok(row.deaths <= deathsAllowed);
      for (const name of classes) t.ok((row.retriesByClass[name] ?? 0) <= engineErrorRules[name].retries, name);
    }),
    { numRuns: 15 },
  );
});

test('an end says what was tried, what stands and which calls lead out', async (t) => {
  const test = await openTestStore(t);
  const id = await openOperation(test, 'alpha');
  await happenings.fails(test, id, 'throttled');
  await happenings.losesItsWorker(test, id);
  const lease = leaseOf(await claim(test.store, id));
  const error = { code: 'quota', message: 'used up' };
  await test.store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'failed', error }));
  const { error: told } = await read(test.store, id);
  t.match(told, {
    code: 'quota',
    tried: { attempts: 3, retries: { throttled: 1 }, deaths: 1 },
    stands: [],
    wayOut: [{ method: 'POST', path: `/v1/operations/${id}/retry` }],
  });
  t.equal(
    await test.store.asSystem((tx) => claimOperation(tx, { id, owner: 'test', leaseSeconds: 1 })),
    undefined,
    'and nothing happens by itself',
  );
});
