import { createHash } from 'node:crypto';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { listClusters, updateCluster } from '../../services/store/clusters.ts';
import { deleteOldIdempotencyKeys, keepAnswer, takeKey } from '../../services/store/idempotency.ts';
import { decodeCursor, encodeCursor } from '../../services/store/pages.ts';
import { createProject } from '../../services/store/projects.ts';
import { createToken, listTokens, lockToken, revokeTokens } from '../../services/store/tokens.ts';
import { mergeStatus } from '../../services/store/write-observed.ts';
import { createTokenText, hashToken } from '../../services/vault/tokens.ts';
import { addCluster, addOperation, buildSpec, claim, leaseOf, openTestStore } from './fixtures.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** A key of a platform administrator, and units of work that ask for it. */
async function openKey(t: Test) {
  const { store, adminUrl } = await openTestStore(t, { max: 12 });
  const { id: tokenId } = await store.asSystem((tx) =>
    createToken(tx, { name: 'root', role: 'platform-admin', hash: hashToken('x') }),
  );
  const scope = { tokenId, method: 'POST', path: '/v1/clusters', key: 'k' };
  const take = (body: string) => store.asSystem((tx) => takeKey(tx, scope, digest(body)));
  const answer = { status: 201, headers: { location: '/v1/x' }, body: '{"token":"fy_shown_once"}' };
  /** A request that ends when the test lets it. */
  const begin = async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<'kept' | 'failed'>();
    const { promise: taken, resolve: tell } = Promise.withResolvers<void>();
    const done = store.asSystem(async (tx) => {
      await takeKey(tx, scope, digest('body'));
      tell();
      if ((await released) === 'failed') throw new Error('the work failed');
      await keepAnswer(tx, scope, { bodyHash: digest('body'), answer });
    });
    done.catch(() => undefined);
    await taken;
    return { done, release };
  };
  const sql = postgres(adminUrl, { max: 1 });
  t.teardown(() => sql.end({ timeout: 1 }));
  return { store, scope, take, answer, begin, sql };
}

test('a key belongs to one unit of work, answers the same request again, and tells another body', async (t) => {
  const { store, scope, take, answer, begin, sql } = await openKey(t);
  const first = await begin();
  const others = await Promise.allSettled(Array.from({ length: 9 }, () => take('body')));
  t.ok(
    others.every(({ status, ...rest }) => 'reason' in rest && rest.reason.code === 'idempotency-in-flight'),
    'while the first is under way',
  );
  first.release('kept');
  await first.done;
  t.same(await take('body'), answer);
  await t.rejects(take('other'), { code: 'idempotency-key-reused' });
  t.equal(
    await store.asSystem((tx) => takeKey(tx, { ...scope, path: '/v1/fleets' }, digest('body'))),
    undefined,
    'another path is another key',
  );
  const [row] = await sql<{ text: string }[]>`select encode(body_enc, 'escape') as text from idempotency_keys`;
  t.notMatch(row?.text, 'fy_shown_once');

  await sql`update idempotency_keys set created_at = now() - interval '25 hours'`;
  t.equal(await take('other'), undefined, 'after a day the key is free');
  t.equal((await sql`select 1 from idempotency_keys`).length, 0, 'and its answer forgotten');
});

test('12: a key is free at once when its unit of work failed, or its connection was cut', async (t) => {
  const { take, begin, sql, answer } = await openKey(t);
  const failing = await begin();
  failing.release('failed');
  await t.rejects(failing.done);
  t.equal(await take('other'), undefined, 'also for another body, as nothing was done');
  const dying = await begin();
  await sql`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction'
  `;
  await t.rejects(dying.done, { code: 'unavailable' });
  const successor = await begin();
  dying.release('kept');
  successor.release('kept');
  await successor.done;
  t.same(await take('body'), answer, 'and the late one completes nothing of the one that came after it');
});

test('21: keys past their time go in batches', async (t) => {
  const { store, scope, answer, sql } = await openKey(t);
  for (const key of ['a', 'b', 'c']) {
    await store.asSystem((tx) => keepAnswer(tx, { ...scope, key }, { bodyHash: digest('x'), answer }));
  }
  await sql`update idempotency_keys set created_at = now() - interval '3 hours' where key <> 'c'`;
  const sweep = (limit: number) => store.asSystem((tx) => deleteOldIdempotencyKeys(tx, { hours: 2, limit }));
  t.same([await sweep(1), await sweep(5), await sweep(5)], [1, 1, 0]);
  t.same(
    (await sql<{ key: string }[]>`select key from idempotency_keys`).map(({ key }) => key),
    ['c'],
  );
});

test('a token is found by its hash until it is revoked or past its time', async (t) => {
  const { store, work, projectId } = await openTestStore(t);
  const [good, old] = [createTokenText(), createTokenText()];
  const find = (text: string) => store.lookUps.findToken(hashToken(text));
  const made = await work((tx) => createToken(tx, { name: 'ci', role: 'operator', hash: hashToken(good) }));
  await work((tx) =>
    createToken(tx, { name: 'old', role: 'viewer', hash: hashToken(old), expiresAt: new Date(Date.now() - 1000) }),
  );
  t.match(await find(good), { id: made.id, projectId, role: 'operator', live: true });
  t.match(await find(old), { name: 'old', live: false }, 'known, and no good any more');
  t.equal(await find(createTokenText()), undefined);
  await t.rejects(
    work((tx) => createToken(tx, { name: 'ci', role: 'viewer', hash: hashToken('y') })),
    { code: 'name-taken' },
  );
  await t.rejects(
    work((tx) => createToken(tx, { name: 'root', role: 'platform-admin', hash: hashToken('z') })),
    { code: 'internal' },
    'a project makes no platform administrators',
  );
  await work(async (tx) => revokeTokens(tx, [(await lockToken(tx, 'ci')).id]));
  t.match(await find(good), { id: made.id, live: false });
  await t.rejects(
    work((tx) => lockToken(tx, 'ci')),
    { code: 'not-found' },
  );
  await work((tx) => createToken(tx, { name: 'ci', role: 'viewer', hash: hashToken('y') }));
  t.same(
    (await work((tx) => listTokens(tx, { limit: 10 }))).items.map(({ name }) => name),
    ['old', 'ci'],
  );
});

test('a list comes in pages that lose nothing and repeat nothing while rows are added', async (t) => {
  const { work } = await openTestStore(t);
  const names = Array.from({ length: 7 }, (_, index) => `c${index}`);
  await work(async (tx) => {
    for (const name of names) await addCluster(tx, name);
  });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await work((tx) => listClusters(tx, { limit: 3, ...(cursor === null ? {} : { cursor }) }));
    seen.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor;
    if (seen.length === 3) await work((tx) => addCluster(tx, 'late'));
  } while (cursor !== null);
  t.same(seen, [...names, 'late']);
  t.same((await work((tx) => listClusters(tx, { limit: 8 }))).nextCursor, null, 'a full last page has no next one');
  t.equal(decodeCursor(encodeCursor('cl_1')), 'cl_1');
  for (const bad of ['', 'x', encodeCursor('a:b'), `${encodeCursor('cl_1')}=`]) {
    t.throws(() => decodeCursor(bad), { code: 'validation' }, JSON.stringify(bad));
  }
});

test('a spec keeps the keys of its user, and each change of it has a generation', async (t) => {
  const { store, work } = await openTestStore(t);
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  t.same(cluster.spec, buildSpec('alpha'), 'with underscores in labels');
  const changed = await work((tx) => updateCluster(tx, cluster.id, { protect: true }));
  t.match(changed, { generation: 2, protect: true, spec: cluster.spec });
  const ref = { resourceKind: 'cluster', resourceId: cluster.id } as const;
  const lease = leaseOf(await claim(store, (await work((tx) => addOperation(tx, cluster))).id));
  await work((tx) => mergeStatus(tx, lease, ref, { endpoint: 'https://x', old_key: 1 }));
  await work((tx) => mergeStatus(tx, lease, ref, { old_key: null, kubernetesVersion: '1.35' }));
  t.same((await work((tx) => listClusters(tx, { limit: 1 }))).items[0]?.status, {
    endpoint: 'https://x',
    kubernetesVersion: '1.35',
  });
});

test('a project name is taken once', async (t) => {
  const { store } = await openTestStore(t);
  await t.rejects(
    store.asSystem((tx) => createProject(tx, { name: 'first' })),
    { code: 'name-taken' },
  );
});
