import postgres from 'postgres';
import { test } from 'tap';
import {
  createCredential,
  deleteCredential,
  findCredential,
  getCredentialSecret,
  listCredentials,
} from '../../services/store/credentials.ts';
import { newId } from '../../services/domain/ids.ts';
import {
  findSnapshot,
  getOrCreateStack,
  getStackKey,
  listStacks,
  markStackDestroyed,
  saveOutputs,
  saveSnapshot,
} from '../../services/store/stacks.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore } from './fixtures.ts';

test('a stack is made once, with a key of its own that the database does not show', async (t) => {
  const { store, adminUrl, work } = await openTestStore(t);
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  const wanted = { clusterId: cluster.id, layer: 'network', home: 'simulated', name: `${cluster.id}-network` } as const;
  const made = await Promise.all(Array.from({ length: 5 }, () => store.asSystem((tx) => getOrCreateStack(tx, wanted))));
  for (const stack of made) t.equal(stack.id, made[0]?.id);
  const id = made[0]?.id ?? '';
  const key = await work((tx) => getStackKey(tx, id));
  t.match(key.salt, /^v1:[A-Za-z0-9+/=]+:v1:[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/);
  t.ok(key.passphrase.length >= 32);
  t.same(await work((tx) => getStackKey(tx, id)), key);
  const sql = postgres(adminUrl, { max: 1 });
  const [row] = await sql<{ text: string }[]>`select encode(passphrase_enc, 'escape') as text from stacks`;
  await sql.end();
  t.notMatch(row?.text, key.passphrase);

  await t.rejects(
    store.asSystem((tx) => getOrCreateStack(tx, { ...wanted, home: 'real' })),
    { code: 'credential-mismatch' },
    'a simulated stack stays simulated',
  );
  await store.asSystem((tx) => getOrCreateStack(tx, { ...wanted, layer: 'cluster', name: `${cluster.id}-cluster` }));
  t.same(
    (await work((tx) => listStacks(tx, cluster.id))).map(({ layer }) => layer),
    ['network', 'cluster'],
  );
});

test('outputs and snapshots are written under a lease, secret ones sealed, and the last five snapshots stay', async (t) => {
  const { store, adminUrl, work } = await openTestStore(t);
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  const { id } = await work((tx) => addOperation(tx, cluster));
  const lease = leaseOf(await claim(store, id));
  const { id: stackId } = await store.asSystem((tx) =>
    getOrCreateStack(tx, { clusterId: cluster.id, layer: 'cluster', home: 'simulated', name: 's' }),
  );
  const outputs = { physicalName: 'x', nodePools: { main_pool: 'id' } };
  await store.asSystem((tx) => saveOutputs(tx, lease, { stackId, outputs }));
  t.match(await work((tx) => listStacks(tx, cluster.id)), [{ outputs, deployedAt: Date, destroyedAt: null }]);
  for (let index = 0; index < 7; index++) {
    await store.asSystem((tx) => saveSnapshot(tx, lease, { stackId, deployment: { index, token: 'hush' } }));
  }
  t.same(await work((tx) => findSnapshot(tx, stackId)), { index: 6, token: 'hush' });
  const sql = postgres(adminUrl, { max: 1 });
  const kept = await sql<{ text: string }[]>`select row_to_json(s)::text as text from snapshots s`;
  await sql.end();
  t.equal(kept.length, 5);
  t.notMatch(JSON.stringify(kept), Buffer.from('hush').toString('hex'));

  const late = { ...lease, fence: lease.fence - 1 };
  const lost = { code: 'lease-lost' };
  await t.rejects(
    store.asSystem((tx) => saveOutputs(tx, late, { stackId, outputs: {} })),
    lost,
  );
  await t.rejects(
    store.asSystem((tx) => saveSnapshot(tx, late, { stackId, deployment: {} })),
    lost,
  );
  await t.rejects(
    store.asSystem((tx) => markStackDestroyed(tx, late, stackId)),
    lost,
  );

  await store.asSystem((tx) => markStackDestroyed(tx, lease, stackId));
  t.match(await work((tx) => listStacks(tx, cluster.id)), [{ outputs: {}, destroyedAt: Date }]);
});

test('a credential keeps its secret sealed and bound to its row', async (t) => {
  const { store, adminUrl, work, otherProjectId } = await openTestStore(t);
  const id = newId('cr');
  const attributes = { accountId: '111122223333' };
  const secret = { accessKeyId: 'x', secretAccessKey: 'hush-hush' };
  const made = await work((tx) =>
    createCredential(tx, { id, name: 'aws', provider: 'aws', simulated: false, attributes, secret }),
  );
  t.match(made, { id, attributes, simulated: false });
  t.notMatch(JSON.stringify(made), 'hush');
  t.same(await work((tx) => getCredentialSecret(tx, id)), secret);
  await t.rejects(
    store.asProject(otherProjectId, (tx) => getCredentialSecret(tx, id)),
    { code: 'not-found' },
  );
  const other = await work((tx) =>
    createCredential(tx, { name: 'other', provider: 'gcp', simulated: true, attributes: {}, secret: {} }),
  );
  const sql = postgres(adminUrl, { max: 1 });
  await sql`update credentials set secret_enc = (select secret_enc from credentials where id = ${id}) where id = ${other.id}`;
  await sql.end();
  await t.rejects(
    work((tx) => getCredentialSecret(tx, other.id)),
    /does not open/,
    'a secret that was moved to another row is of no use',
  );
  t.match((await work((tx) => listCredentials(tx, { limit: 10, provider: 'gcp' }))).items, [{ name: 'other' }]);
});

test('a credential that a cluster needs is not deleted', async (t) => {
  const { work } = await openTestStore(t);
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  await t.rejects(
    work((tx) => deleteCredential(tx, cluster.credentialId)),
    { code: 'in-use', message: /"alpha"/ },
  );
  const free = await work((tx) =>
    createCredential(tx, { name: 'free', provider: 'aws', simulated: true, attributes: {}, secret: { token: 'x' } }),
  );
  t.match(await work((tx) => deleteCredential(tx, 'free')), { id: free.id });
  t.equal(await work((tx) => findCredential(tx, 'free')), undefined);
  await t.rejects(
    work((tx) => deleteCredential(tx, 'free')),
    { code: 'not-found' },
  );
});
