import { test } from 'tap';
import {
  countLeftovers,
  findDuplicates,
  findLost,
  findOrphans,
  findMembers,
  findPhantoms,
  findRemains,
  type Account,
  type LedgerEntry,
} from './judge.ts';

const vpc = {
  type: 'aws:ec2/vpc:Vpc',
  urn: 'urn:pulumi:cl_1-network::fleetyard::aws:ec2/vpc:Vpc::network',
  name: 'network',
};

function entry(action: LedgerEntry['action'], id: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return { ...vpc, action, id, caller: 'engine', outcome: 'done', ...more };
}

function account(entries: LedgerEntry[], ids: string[] = []): Account {
  return { account: 'my-aws', entries, resources: ids.map((id) => ({ ...vpc, id })) };
}

test('duplicates', async (t) => {
  const judge = (...entries: LedgerEntry[]) => findDuplicates([account(entries)]);
  t.same(judge(entry('create', 'vpc-1')), [], 'one is none');
  t.same(
    judge(entry('create', 'vpc-1'), entry('delete', 'vpc-1'), entry('create', 'vpc-2')),
    [],
    'nor is one after another',
  );
  t.same(judge(entry('create', 'vpc-1'), entry('create', 'vpc-2')), [`my-aws: ${vpc.urn}`], 'two of one role');
  t.same(
    judge(entry('create', 'vpc-1'), entry('create', 'vpc-2'), entry('delete', 'vpc-1')),
    [`my-aws: ${vpc.urn}`],
    'also when one of them went again',
  );
  t.same(judge(entry('create', 'vpc-1'), entry('create', 'vpc-1')), [`my-aws: ${vpc.urn}`], 'one name made twice');
  t.same(
    judge(entry('create', 'vpc-1'), entry('create', 'vpc-2', { outcome: 'refused' })),
    [],
    'a refusal makes nothing',
  );
  t.same(
    judge(entry('create', 'vpc-1'), entry('delete', 'vpc-1', { caller: 'admin' }), entry('create', 'vpc-2')),
    [],
    'what was deleted by hand may be made again',
  );
  t.same(
    judge(entry('create', 'vpc-1'), entry('create', 'vpc-2', { urn: vpc.urn.replace('cl_1', 'cl_2') })),
    [],
    'another cluster has roles of its own',
  );
  t.same(findDuplicates([account([], ['vpc-1', 'vpc-2'])]), [`my-aws: ${vpc.urn}`], 'two that stand without an entry');
});

test('orphans and remains', async (t) => {
  const known = [{ stack: 'cl_1-network.json', ...vpc, id: 'vpc-1' }];
  t.same(findOrphans({ accounts: [account([], ['vpc-1'])], known }), [], 'a stack knows it');
  t.same(findOrphans({ accounts: [account([], ['vpc-1', 'vpc-2'])], known }), [`my-aws: ${vpc.type} vpc-2`]);
  t.same(
    findOrphans({
      accounts: [account([], ['vpc-1'])],
      known: [{ ...vpc, id: 'vpc-1', stack: 's', type: 'aws:ec2/subnet:Subnet' }],
    }),
    [`my-aws: ${vpc.type} vpc-1`],
  );
  t.same(findRemains([account([], ['vpc-1'])]), [`my-aws: ${vpc.type} vpc-1`], 'known or not, it stands');
  const shared = {
    type: 'kubernetes:core/v1:Namespace',
    id: 'hub/karmada-cluster',
    name: 'karmada-cluster',
    urn: 'urn',
  };
  t.same(findRemains([{ account: 'my-hub', entries: [], resources: [shared] }]), [], 'but for what all members share');
  const secret = { type: 'kubernetes:core/v1:Secret', id: 'hub/karmada-cluster/a', name: 'a', urn: 'urn:of-a' };
  const hub = { account: 'my-hub', entries: [], resources: [secret] };
  t.same(
    findOrphans({ accounts: [hub], known: [{ ...secret, stack: 's', id: 'karmada-cluster/a' }] }),
    [],
    'known by its role',
  );
  t.same(findOrphans({ accounts: [hub], known: [{ ...secret, stack: 's', urn: 'urn:of-b' }] }).length, 1);
});

test('phantoms', async (t) => {
  const known = [{ stack: 'cl_1-network.json', ...vpc, id: 'vpc-1' }];
  t.same(findPhantoms({ accounts: [account([], ['vpc-1'])], known }), []);
  t.same(findPhantoms({ accounts: [account([])], known }), [`cl_1-network.json: ${vpc.type} vpc-1`]);
  t.same(findPhantoms({ accounts: [account([entry('delete', 'vpc-1')])], known }).length, 1, 'the engine should know');
  t.same(
    findPhantoms({ accounts: [account([entry('delete', 'vpc-1', { caller: 'admin' })])], known }),
    [],
    'nobody told it',
  );
});

test('losses and leftovers', async (t) => {
  t.same(findLost(['succeeded', 'failed', 'cancelled', 'needs_attention'].map((state) => ({ id: 'op_1', state }))), []);
  t.same(findLost([{ id: 'op_1', state: null }]), ['op_1 is gone']);
  t.same(findLost([{ id: 'op_1', state: 'interrupted' }]), ['op_1 is interrupted']);
  const none = { ranges: [], locks: [], stacks: [], processes: [], controlPlanes: [], files: [], logins: [] };
  t.same(countLeftovers({ ...none, locks: ['a', 'b'] }), {
    ranges: 0,
    locks: 2,
    stacks: 0,
    processes: 0,
    controlPlanes: 0,
    files: 0,
    logins: 0,
  });
});

test('what a stack knows of a real API server is looked for there, and a hub without members has none of their objects', async (t) => {
  const secret = {
    type: 'kubernetes:core/v1:Secret',
    id: 'karmada-cluster/one',
    urn: 'urn:one',
    stack: 'cl_1-membership.json',
  };
  const server = '/hubs/hub-1';
  t.same(findPhantoms({ accounts: [], known: [secret], objects: [{ server, ...secret }] }), []);
  t.equal(
    findPhantoms({ accounts: [], known: [secret], objects: [{ server, ...secret, id: 'default/one' }] }).length,
    1,
  );
  const cluster = { server, type: 'kubernetes:cluster.karmada.io/v1alpha1:Cluster', id: 'one' };
  const others = { server, type: 'kubernetes:core/v1:Secret', id: 'default/one' };
  t.same(findMembers([cluster, others]), [`${server}: ${cluster.type} one`]);
  t.equal(findMembers([{ server, ...secret }]).length, 1);
});
