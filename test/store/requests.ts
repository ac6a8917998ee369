import { createHash } from 'node:crypto';
import postgres from 'postgres';
import { test } from 'tap';
import { listClusters, updateCluster } from '../../services/store/clusters.ts';
import {
  abandonIdempotent,
  beginIdempotent,
  completeIdempotent,
  deleteOldIdempotencyKeys,
} from '../../services/store/idempotency.ts';
import { decodeCursor, encodeCursor } from '../../services/store/pages.ts';
import { createProject } from '../../services/store/projects.ts';
import { mergeStatus } from '../../services/store/resources.ts';
import { createToken, findTokenByHash, listTokens, revokeToken } from '../../services/store/tokens.ts';
import { createTokenText, hashToken } from '../../services/vault/tokens.ts';
import { addCluster, buildSpec, openTestStore } from './fixtures.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

test('a key is taken once, answers the same request again, and tells another body', async (t) => {
  const { store, url } = await openTestStore(t, { max: 12 });
  const { id: tokenId } = await store.asSystem((tx) =>
    createToken(tx, { name: 'root', role: 'platform-admin', hash: hashToken('x') }),
  );
  const scope = { tokenId, method: 'POST', path: '/v1/clusters', key: 'k' };
  const begin = (body: string) => store.asSystem((tx) => beginIdempotent(tx, scope, digest(body)));
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => begin('body')));
  t.same(outcomes.map(({ outcome }) => outcome).sort(), [...Array.from({ length: 9 }, () => 'in-flight'), 'started']);
  t.same(await begin('other'), { outcome: 'mismatch' });
  const answer = { status: 201, headers: { location: '/v1/x' }, body: '{"token":"fy_shown_once"}' };
  await store.asSystem((tx) => completeIdempotent(tx, scope, answer));
  t.same(await begin('body'), { outcome: 'replay', answer });
  t.same(await begin('other'), { outcome: 'mismatch' });
  t.same(
    await store.asSystem((tx) => beginIdempotent(tx, { ...scope, path: '/v1/fleets' }, digest('body'))),
    { outcome: 'started' },
    'another path is another key',
  );
  const sql = postgres(url, { max: 1 });
  t.teardown(() => sql.end({ timeout: 1 }));
  const [row] = await sql<
    { text: string }[]
  >`select encode(body_enc, 'escape') as text from idempotency_keys where status = 201`;
  t.notMatch(row?.text, 'fy_shown_once');

  await sql`update idempotency_keys set created_at = now() - interval '25 hours'`;
  t.same(await begin('other'), { outcome: 'started' }, 'after a day the key is free');
  t.equal(await store.asSystem((tx) => deleteOldIdempotencyKeys(tx)), 1);
});

test('a key is free again after an answer that is not kept, and after its process died', async (t) => {
  const { store, url } = await openTestStore(t);
  const { id: tokenId } = await store.asSystem((tx) =>
    createToken(tx, { name: 'root', role: 'platform-admin', hash: hashToken('x') }),
  );
  const scope = { tokenId, method: 'POST', path: '/v1/clusters', key: 'k' };
  const begin = (body: string) => store.asSystem((tx) => beginIdempotent(tx, scope, digest(body)));
  t.same(await begin('body'), { outcome: 'started' });
  await store.asSystem((tx) => abandonIdempotent(tx, scope));
  t.same(await begin('body'), { outcome: 'started' });
  const sql = postgres(url, { max: 1 });
  await sql`update idempotency_keys set created_at = now() - interval '2 minutes'`;
  await sql.end();
  t.same(await begin('other'), { outcome: 'mismatch' });
  t.same(await begin('body'), { outcome: 'started' });
});

test('a token is found by its hash until it is revoked or past its time', async (t) => {
  const { store, work, projectId } = await openTestStore(t);
  const [good, old] = [createTokenText(), createTokenText()];
  const find = (text: string) => store.asSystem((tx) => findTokenByHash(tx, hashToken(text)));
  const made = await work((tx) => createToken(tx, { name: 'ci', role: 'operator', hash: hashToken(good) }));
  await work((tx) =>
    createToken(tx, { name: 'old', role: 'viewer', hash: hashToken(old), expiresAt: new Date(Date.now() - 1000) }),
  );
  t.match(await find(good), { id: made.id, projectId, role: 'operator' });
  t.equal(await find(old), undefined);
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
  await work((tx) => revokeToken(tx, 'ci'));
  t.equal(await find(good), undefined);
  await t.rejects(
    work((tx) => revokeToken(tx, 'ci')),
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
  const { work } = await openTestStore(t);
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  t.same(cluster.spec, buildSpec('alpha'), 'with underscores in labels');
  const changed = await work((tx) => updateCluster(tx, cluster.id, { protect: true }));
  t.match(changed, { generation: 2, protect: true, spec: cluster.spec });
  const ref = { resourceKind: 'cluster', resourceId: cluster.id } as const;
  await work((tx) => mergeStatus(tx, ref, { endpoint: 'https://x', old_key: 1 }));
  await work((tx) => mergeStatus(tx, ref, { old_key: null, kubernetesVersion: '1.35' }));
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
