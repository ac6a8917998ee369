// Hardening 10 and 13: whose tokens end when, who is the last one, and what goes with whom.
import { test } from 'tap';
import { createToken } from '../../services/changes/create-token.ts';
import { deleteCredential } from '../../services/changes/delete-credential.ts';
import { revokeToken } from '../../services/changes/revoke-token.ts';
import { getCredentialSecret } from '../../services/store/credentials.ts';
import { keepAnswer } from '../../services/store/idempotency.ts';
import { createToken as storeToken, listTokens } from '../../services/store/tokens.ts';
import { hashToken } from '../../services/vault/tokens.ts';
import postgres from 'postgres';
import { addCluster, openTestApplication } from '../changes/fixtures.ts';

const hour = 3_600_000;

async function open(t: Parameters<typeof openTestApplication>[0]) {
  const application = await openTestApplication(t);
  const { store, work, change, systemChange } = application;
  const clock = new Date('2026-06-01T00:00:00Z');
  /** A token that ends so long after the clock of changes, which the database's has not reached. */
  const makeMaker = (name: string, hours: number | null) =>
    work((tx) =>
      storeToken(tx, {
        name,
        role: 'admin',
        hash: hashToken(name),
        expiresAt: hours === null ? null : new Date(Math.max(clock.getTime(), Date.now()) + hours * hour),
      }),
    );
  const make = (maker: string, name: string, request: { role?: 'admin' | 'viewer'; ttl?: string } = {}) =>
    change((unit) => createToken({ ...unit, now: new Date() }, { name, role: 'admin', ...request }, hashToken(name)), {
      id: maker,
    });
  const isLive = async (name: string) => (await store.lookUps.findToken(hashToken(name)))?.live === true;
  return { ...application, makeMaker, make, isLive, change, systemChange };
}

test('hardening 13: a token ends with its maker at the latest', async (t) => {
  const { makeMaker, make } = await open(t);
  const short = await makeMaker('short', 1);
  t.same((await make(short.id, 'unsaid')).expiresAt, short.expiresAt, 'when nothing is said exactly then');
  const sooner = await make(short.id, 'sooner', { ttl: '10m' });
  t.ok((sooner.expiresAt?.getTime() ?? 0) < (short.expiresAt?.getTime() ?? 0));
  t.equal(sooner.madeBy, short.id);
  await t.rejects(make(short.id, 'later', { ttl: '2h' }), {
    code: 'validation',
    message: new RegExp(short.expiresAt?.toISOString() ?? 'none'),
    details: [{ pointer: '/ttl', code: 'outlives-maker' }],
  });
  await t.rejects(
    make(sooner.id, 'grandchild', { ttl: '30m' }),
    { code: 'validation', details: [{ pointer: '/ttl' }] },
    'however far away',
  );
  const lasting = await makeMaker('lasting', null);
  t.equal((await make(lasting.id, 'for-ever')).expiresAt, null, 'one that never ends may make another');
});

test('hardening 13: a token that was revoked makes none, also while it does', async (t) => {
  const { makeMaker, make, change, isLive } = await open(t);
  const { id } = await makeMaker('maker', null);
  await make(id, 'child');
  const [made] = await Promise.allSettled([
    make(id, 'late'),
    change((unit) => revokeToken(unit, { idOrName: id, cascade: true })),
  ]);
  t.notOk(await isLive('child'));
  t.notOk(await isLive('late'), `whichever came first: ${made.status}`);
  await t.rejects(make(id, 'later'), { code: 'unauthenticated' });
});

test('hardening 13: what a revoked token made goes on, is listed, and goes with it when asked', async (t) => {
  const { makeMaker, make, change, work, isLive } = await open(t);
  const { id } = await makeMaker('maker', null);
  const child = await make(id, 'child');
  await make(child.id, 'grandchild');
  await makeMaker('stranger', null);
  const { items } = await work((tx) => listTokens(tx, { limit: 10, madeBy: id }));
  t.match(items, [{ name: 'child', madeBy: id }]);
  await change((unit) => revokeToken(unit, { idOrName: 'maker' }));
  t.ok(await isLive('child'));
  await change((unit) => revokeToken(unit, { idOrName: 'child', cascade: true }));
  t.same(await Promise.all(['maker', 'child', 'grandchild', 'stranger'].map(isLive)), [false, false, false, true]);
});

test('hardening 13: the last platform-admin cannot lock itself out', async (t) => {
  const { store, systemChange, isLive } = await open(t);
  const add = (name: string, expiresAt: Date | null = null) =>
    store.asSystem((tx) => storeToken(tx, { name, role: 'platform-admin', hash: hashToken(name), expiresAt }));
  const revoke = (name: string, cascade = false) =>
    systemChange((unit) => revokeToken(unit, { idOrName: name, cascade }), { role: 'platform-admin', projectId: null });
  const first = await add('first');
  await add('expired', new Date(Date.now() - hour));
  const refusal = { code: 'protected', wayOut: [{ method: 'POST', path: '/v1/tokens' }] };
  await t.rejects(revoke('first'), refusal, 'an expired one is none');
  await store.asSystem((tx) =>
    storeToken(tx, { name: 'made', role: 'platform-admin', hash: hashToken('made'), madeBy: first.id }),
  );
  await t.rejects(revoke('first', true), refusal, 'nor is one that would go along');
  const outcomes = await Promise.allSettled([revoke('first'), revoke('made')]);
  t.same(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'], 'nor can two leave at once');
  t.equal((await Promise.all(['first', 'made'].map(isLive))).filter(Boolean).length, 1);
  await t.resolves(revoke('expired'), 'one that has expired may always go');
});

test('hardening 10: sealed answers go with the token that they were given to', async (t) => {
  const { makeMaker, change, store, adminUrl } = await open(t);
  const { id } = await makeMaker('maker', null);
  const scope = { tokenId: id, method: 'POST', path: '/v1/tokens', key: 'k' };
  const answer = { status: 201, headers: {}, body: 'fy_hush' };
  await store.asSystem((tx) => keepAnswer(tx, scope, { bodyHash: Buffer.alloc(32), answer }));
  await change((unit) => revokeToken(unit, { idOrName: id }));
  const sql = postgres(adminUrl, { max: 1 });
  t.same(await sql`select 1 from idempotency_keys`, []);
  await sql.end();
});

test('hardening 10: the secret of a deleted credential is gone, once nothing needs it', async (t) => {
  const application = await open(t);
  const { change, work, store, adminUrl } = application;
  const sql = postgres(adminUrl, { max: 1, transform: postgres.camel });
  t.teardown(() => sql.end({ timeout: 1 }));
  const { cluster, operation } = await addCluster(application);
  const remove = () => change((unit) => deleteCredential(unit, 'demo-aws'));
  await t.rejects(remove(), { code: 'in-use' }, 'a cluster stands on it');
  await sql`update clusters set deleted_at = now() where id = ${cluster.id}`;
  await t.rejects(
    remove(),
    { code: 'in-use', message: new RegExp(operation?.id ?? 'none') },
    'an operation may still use it',
  );
  await sql`update operations set state = 'succeeded', finished_at = now()`;
  const { id } = await remove();
  t.match(await sql`select secret_enc, deleted_at from credentials where id = ${id}`, [{ secretEnc: null }]);
  await t.rejects(
    work((tx) => getCredentialSecret(tx, id)),
    { code: 'not-found' },
  );
  await t.rejects(
    store.asSystem((tx) => tx.sql`update credentials set secret_enc = null where deleted_at is null`),
    /credentials_secret_check/,
    'and no living one lacks it',
  );
});
