import { test } from 'tap';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { getBlock, overlaps } from '../../services/domain/cidr.ts';
import { newId } from '../../services/domain/ids.ts';
import type { RangeNeed } from '../../services/domain/range-roles.ts';
import {
  createAddressSpace,
  deleteAddressSpace,
  getOrCreateDefaultAddressSpace,
} from '../../services/store/address-spaces.ts';
import { createCredential } from '../../services/store/credentials.ts';
import { listNewRanges, lockSpaces, planInSpace } from '../../services/store/locked-spaces.ts';
import { openStore } from '../../services/store/open-store.ts';
import { listRanges, reserveRanges, storeRanges } from '../../services/store/ranges.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import type { Tx } from '../../services/store/transaction.ts';
import { addOperation, buildSpec, claim, leaseOf, openTestStore, createCluster } from './fixtures.ts';

const catalogue = loadCatalogue();
const pools = { nodes: '10.0.0.0/14', pods: '100.64.0.0/12', services: '172.20.0.0/14' };
const needs: RangeNeed[] = [
  { role: 'nodes', prefix: 22 },
  { role: 'pods', prefix: 18 },
  { role: 'services', prefix: 20 },
];

/** Reserves ranges for a new cluster and stores it, as a request does. */
async function place(tx: Tx, addressSpaceId: string, name: string, wanted: readonly RangeNeed[] = needs) {
  const id = newId('cl');
  const claims = [{ clusterId: id, pointer: '', provider: 'aks' as const, needs: wanted }];
  const [ranges = []] = await reserveRanges(tx, { addressSpaceId, claims, catalogue });
  const credential = await createCredential(tx, {
    name: `for-${name}`,
    provider: 'azure',
    simulated: true,
    attributes: {},
    secret: {},
  });
  const spec = buildSpec(name);
  await createCluster(tx, { id, name, provider: 'aks', simulated: true, credentialId: credential.id, spec });
  return { id, ranges };
}

test('two hundred simultaneous requests get disjoint ranges or hear which pool is exhausted', async (t) => {
  const { work } = await openTestStore(t, { max: 20 });
  // A /12 holds 64 blocks of /18: of two hundred, 64 can be served.
  const space = await work((tx) => createAddressSpace(tx, { name: 'small', pools }));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) => work((tx) => place(tx, space.id, `cluster-${index}`))),
  );
  const served = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  t.equal(served.length, 64);
  for (const { reason } of refused) {
    if (reason?.code === 'range-exhausted' && /pods pool 100\.64\.0\.0\/12/.test(reason.message)) continue;
    t.fail('a refusal names the exhausted pool', { reason });
  }
  const stored = await work((tx) => listRanges(tx, space.id));
  t.equal(stored.length, 64 * 3, 'nothing is left of those that were refused');
  const blocks = stored.map(({ range }) => getBlock(range)).sort((a, b) => a.first - b.first);
  t.notOk(
    blocks.some((block, index) => index > 0 && overlaps(blocks[index - 1] ?? block, block)),
    'no two ranges overlap',
  );
});

test('a given range that meets another is refused with the pointer and the owner', async (t) => {
  const { work } = await openTestStore(t);
  const space = await work((tx) => getOrCreateDefaultAddressSpace(tx, pools));
  const { ranges } = await work((tx) => place(tx, space.id, 'first'));
  const nodes = ranges.find(({ role }) => role === 'nodes')?.cidr ?? '';
  await t.rejects(
    work((tx) => place(tx, space.id, 'second', [{ role: 'nodes', prefix: 22, given: nodes }])),
    {
      code: 'range-overlap',
      details: [{ pointer: '/network/nodeCidr', message: /the nodes of cluster "first"/, code: 'range-overlap' }],
    },
  );
  const addForeign = (range: string) =>
    work(
      (tx) => tx.sql`
        insert into ranges (id, project_id, address_space_id, role, range, note)
        values (${newId('rg')}, ${tx.projectId}, ${space.id}, 'foreign', ${range}, 'the office')
      `,
    );
  await addForeign('192.168.0.0/16');
  await t.rejects(
    work((tx) => place(tx, space.id, 'third', [{ role: 'nodes', prefix: 24, given: '192.168.7.0/24' }])),
    { code: 'range-overlap', details: [{ message: /taken by the office/ }] },
  );
  await t.rejects(addForeign(nodes), { code: '23P01' }, 'the database itself refuses what no planning looked at');
});

test('the same range may be used in two address spaces and in two projects', async (t) => {
  const { store, work, otherProjectId } = await openTestStore(t);
  const given: RangeNeed[] = [{ role: 'nodes', prefix: 24, given: '10.1.2.0/24' }];
  await work(async (tx) => place(tx, (await getOrCreateDefaultAddressSpace(tx, pools)).id, 'one', given));
  await work(async (tx) => place(tx, (await createAddressSpace(tx, { name: 'second', pools })).id, 'two', given));
  await store.asProject(otherProjectId, async (tx) =>
    place(tx, (await getOrCreateDefaultAddressSpace(tx, pools)).id, 'one', given),
  );
  t.pass('none of them was refused');
});

test('another project cannot cut from a space that is not its own', async (t) => {
  const { store, work, otherProjectId } = await openTestStore(t);
  const space = await work((tx) => getOrCreateDefaultAddressSpace(tx, pools));
  await t.rejects(
    store.asProject(otherProjectId, (tx) => place(tx, space.id, 'thief')),
    { code: 'not-found' },
  );
});

test('ranges go with their cluster', async (t) => {
  const { store, work } = await openTestStore(t);
  const space = await work((tx) => getOrCreateDefaultAddressSpace(tx, pools));
  const before = await work((tx) => place(tx, space.id, 'alpha'));
  await t.rejects(
    work((tx) => deleteAddressSpace(tx, space.id)),
    { code: 'in-use' },
  );
  const { id } = await work((tx) => addOperation(tx, { id: before.id, generation: 1 }, 'delete'));
  const lease = leaseOf(await claim(store, id));
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
  t.same(await work((tx) => listRanges(tx, space.id)), []);
  // A search goes on behind what was cut last, so they are asked for by name.
  const same = before.ranges.map(({ role, cidr }) => ({ role, prefix: 0, given: cidr }));
  const after = await work((tx) => place(tx, space.id, 'beta', same));
  t.same(after.ranges, before.ranges, 'and are free for another one');
});

test('a search goes once around the pool before it is exhausted', async (t) => {
  const { store, work } = await openTestStore(t);
  const space = await work((tx) =>
    createAddressSpace(tx, { name: 'four', pools: { ...pools, pods: '100.64.0.0/16' } }),
  );
  const placed = [];
  for (const name of ['a', 'b', 'c', 'd']) placed.push(await work((tx) => place(tx, space.id, name)));
  await t.rejects(
    work((tx) => place(tx, space.id, 'e')),
    { code: 'range-exhausted', message: /pods pool 100\.64\.0\.0\/16 has no room for another \/18/ },
  );
  const [, second] = placed;
  const { id } = await work((tx) => addOperation(tx, { id: second?.id ?? '', generation: 1 }, 'delete'));
  await store.asSystem(async (tx) => finishOperation(tx, { ...leaseOf(await claim(store, id)), outcome: 'succeeded' }));
  const again = await work((tx) => place(tx, space.id, 'f'));
  t.same(
    again.ranges.find(({ role }) => role === 'pods'),
    second?.ranges.find(({ role }) => role === 'pods'),
    'what was given back behind the hint is found',
  );
});

test('a search reads on behind a window that is full, and begins anew where another process went on', async (t) => {
  const { work, url, vault, projectId } = await openTestStore(t);
  const space = await work((tx) =>
    createAddressSpace(tx, { name: 'long', pools: { ...pools, services: '172.16.0.0/12' } }),
  );
  const service = (cidr?: string): RangeNeed[] => [
    { role: 'services', prefix: 24, ...(cidr === undefined ? {} : { given: cidr }) },
  ];
  const first = await work((tx) => place(tx, space.id, 'first', service()));
  const foreign = Array.from({ length: 200 }, (_, index) => `172.16.${index + 1}.0/24`);
  await work((tx) =>
    storeRanges(
      tx,
      foreign.map((range) => ({
        addressSpaceId: space.id,
        spaceNumber: space.number,
        clusterId: null,
        role: 'foreign' as const,
        range,
      })),
    ),
  );
  const next = await work((tx) => place(tx, space.id, 'next', service()));
  t.same(
    [first, next].map(({ ranges }) => ranges[0]?.cidr),
    ['172.16.0.0/24', '172.16.201.0/24'],
  );
  const other = await openStore({ url, applicationName: 'other', max: 1, vault });
  t.teardown(() => other.close(1));
  const theirs = await other.asProject(projectId, (tx) => place(tx, space.id, 'theirs', service()));
  t.same(theirs.ranges[0]?.cidr, '172.16.202.0/24', 'which knows no hint');
  const inside = work((tx) => place(tx, space.id, 'inside', service('172.16.202.128/25')));
  const refusal = (message: RegExp) => ({
    code: 'range-overlap',
    details: [{ pointer: '/network/serviceCidr', message }],
  });
  await t.rejects(inside, refusal(/taken by the services of cluster "theirs"/));
  const around = work((tx) => place(tx, space.id, 'around', service('172.16.192.0/20')));
  await t.rejects(around, refusal(/overlaps 172\.16\.192\.0\/24, which is taken by a foreign range/));
});

test('whoever plans in a space sees what those before them stored, whatever they remember', async (t) => {
  const { store, work, url, vault, projectId } = await openTestStore(t);
  const other = await openStore({ url, applicationName: 'other', vault });
  t.teardown(() => other.close(1));
  const space = await work((tx) => createAddressSpace(tx, { name: 'shared', pools }));
  const plan = async (tx: Tx): Promise<string[]> => {
    const claims = [{ clusterId: newId('cl'), pointer: '', provider: 'aks' as const, needs }];
    const [locked] = await lockSpaces(tx, [{ space, claims }], catalogue);
    if (locked === undefined) throw new Error('the space was not locked');
    const planned = await planInSpace(tx, locked, claims, catalogue);
    // Of nobody, for there is no cluster.
    const ranges = listNewRanges(locked, claims, planned);
    await storeRanges(
      tx,
      ranges.map((range) => ({ ...range, clusterId: null })),
    );
    return ranges.map(({ range }) => range);
  };
  const all = await Promise.all(
    Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? store : other).asProject(projectId, plan)),
  );
  t.equal(new Set(all.flat()).size, 180, 'none was in the way of another');
});

test('a cluster that reserves again keeps what it names and gives back the rest', async (t) => {
  const { work } = await openTestStore(t);
  const space = await work((tx) => getOrCreateDefaultAddressSpace(tx, pools));
  const { id, ranges } = await work((tx) => place(tx, space.id, 'alpha'));
  const given = ranges
    .map(({ role, cidr }) => ({ role, prefix: 0, given: cidr }))
    .filter(({ role }) => role !== 'pods');
  const claims = [{ clusterId: id, pointer: '', provider: 'aks' as const, needs: given }];
  await work((tx) => reserveRanges(tx, { addressSpaceId: space.id, claims, catalogue }));
  t.same((await work((tx) => listRanges(tx, space.id))).map(({ role }) => role).sort(), ['nodes', 'services']);
});
