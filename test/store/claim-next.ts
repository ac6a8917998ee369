// What a worker runs next: fair between projects, within limits, the most urgent first.
import { test } from 'tap';
import { claimNext, type Candidate, type RunningLimits } from '../../services/store/claim-next.ts';
import { interruptOperation, retryOperation } from '../../services/store/retry-operation.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { lockResource } from '../../services/store/resources.ts';
import type { Tx } from '../../services/store/transaction.ts';
import { addCluster, addFleet, addFleetOperation, addOperation, claim, leaseOf, openTestStore } from './fixtures.ts';

const wide: RunningLimits = { perProject: 100, perCredential: 100 };

async function prepare(t: Parameters<typeof openTestStore>[0]) {
  const opened = await openTestStore(t);
  const { store } = opened;
  const next = (limits = wide, admits: (candidate: Candidate) => boolean = () => true) =>
    store.asSystem((tx) => claimNext(tx, { owner: 'test', leaseSeconds: 60, limits, admits }));
  const addMany = (projectId: string, name: string, count: number, parentId: string | null = null) =>
    store.asProject(projectId, async (tx) => {
      const added = [];
      for (let index = 0; index < count; index += 1) {
        added.push(await addOperation(tx, await addCluster(tx, `${name}-${index}`), 'create', parentId));
      }
      return added;
    });
  return { ...opened, next, addMany };
}

test('projects take turns, however much one of them asks for', async (t) => {
  const { projectId, otherProjectId, next, addMany } = await prepare(t);
  await addMany(projectId, 'many', 6);
  await addMany(otherProjectId, 'few', 2);
  const order = [];
  for (let count = 0; count < 8; count += 1) order.push((await next())?.projectId === projectId ? 'many' : 'few');
  t.same(order, ['many', 'few', 'many', 'few', 'many', 'many', 'many', 'many']);
  t.equal(await next(), undefined);
});

test('a removal and what a person retries go before what was asked for, and members of a fleet come last', async (t) => {
  const { projectId, store, work, next, addMany } = await prepare(t);
  const fleet = await work(async (tx) => addFleetOperation(tx, await addFleet(tx, 'fleet')));
  const [member] = await addMany(projectId, 'member', 1, fleet.id);
  const [single, failed, interrupted] = await addMany(projectId, 'single', 3);
  const lost = leaseOf(await claim(store, interrupted?.id ?? ''));
  await store.asSystem((tx) => interruptOperation(tx, { ...lost, reason: 'gone', because: 'died' }));
  const removal = await work(async (tx) => addOperation(tx, await addCluster(tx, 'going'), 'delete'));
  const lease = leaseOf(await claim(store, failed?.id ?? ''));
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'failed', error: null }));
  await work((tx) => retryOperation(tx, lease.operationId));
  const order = [];
  for (let claimed = await next(); claimed !== undefined; claimed = await next()) order.push(claimed.id);
  t.same(order, [interrupted?.id, fleet.id, failed?.id, removal.id, single?.id, member?.id]);
});

test('a project has a limit, its own or that of all, and a credential one', async (t) => {
  const { projectId, otherProjectId, store, next, addMany } = await prepare(t);
  await addMany(projectId, 'one', 3);
  await addMany(otherProjectId, 'two', 2);
  await store.asSystem(({ sql }) => sql`update projects set running_limit = 1 where id = ${otherProjectId}`);
  const limits = { ...wide, perProject: 2 };
  const claimed = [];
  for (let row = await next(limits); row !== undefined; row = await next(limits)) claimed.push(row.projectId);
  t.same(claimed, [projectId, otherProjectId, projectId]);
  await store.asSystem(
    ({ sql }) => sql`update operations set credential_id = 'cr_shared' where project_id = ${projectId}`,
  );
  t.equal(await next({ perProject: 100, perCredential: 2 }), undefined);
  t.equal((await next({ perProject: 100, perCredential: 3 }))?.projectId, projectId);
});

test('nothing of a paused project begins', async (t) => {
  const { projectId, store, next, addMany } = await prepare(t);
  await addMany(projectId, 'one', 1);
  await store.asSystem(({ sql }) => sql`update projects set paused_at = now() where id = ${projectId}`);
  t.equal(await next(), undefined);
  await store.asSystem(({ sql }) => sql`update projects set paused_at = null where id = ${projectId}`);
  t.ok(await next());
});

test('what does not fit is not passed by', async (t) => {
  const { projectId, work, next, addMany } = await prepare(t);
  const [first] = await addMany(projectId, 'one', 1);
  await work(async (tx) => addOperation(tx, await addCluster(tx, 'two')));
  const asked: Candidate[] = [];
  const refuse = (candidate: Candidate): boolean => {
    asked.push(candidate);
    return false;
  };
  t.equal(await next(wide, refuse), undefined);
  t.match(asked, [{ id: first?.id, provider: 'eks', simulated: true }]);
});

test('a resource that somebody is changing is passed by, and later ones of a line wait', async (t) => {
  const { projectId, store, work, next, addMany } = await prepare(t);
  const [first, second] = await addMany(projectId, 'one', 2);
  await work((tx) => addOperation(tx, { id: first?.resourceId ?? '', generation: 2 }, 'update'));
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: tell } = Promise.withResolvers<void>();
  const changing = store.asSystem(async (tx: Tx) => {
    await lockResource(tx, { resourceKind: 'cluster', resourceId: first?.resourceId ?? '' });
    tell();
    await released;
  });
  await held;
  t.equal((await next())?.id, second?.id);
  t.equal(await next(), undefined, 'the only other one is behind the first');
  release();
  await changing;
  t.equal((await next())?.id, first?.id);
  t.equal(await next(), undefined);
});

test('many workers claim each operation once and keep to the limit', async (t) => {
  const { projectId, next, addMany } = await prepare(t);
  await addMany(projectId, 'one', 12);
  const limits = { ...wide, perProject: 7 };
  const claimed = await Promise.all(Array.from({ length: 20 }, () => next(limits)));
  const ids = claimed.flatMap((row) => (row === undefined ? [] : [row.id]));
  t.equal(ids.length, 7);
  t.equal(new Set(ids).size, 7);
});
