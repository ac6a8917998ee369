// Who may make what: tokens, credentials, projects and address spaces.
import { test } from 'tap';
import { createAddressSpace } from '../../services/changes/create-address-space.ts';
import { createCredential, type Accounts } from '../../services/changes/create-credential.ts';
import { createProject } from '../../services/changes/create-project.ts';
import { createToken } from '../../services/changes/create-token.ts';
import { deleteCredential } from '../../services/changes/delete-credential.ts';
import { revokeToken } from '../../services/changes/revoke-token.ts';
import { addCluster, openTestApplication } from './fixtures.ts';

const hash = (text: string): Uint8Array => Buffer.from(text.padEnd(32));
const accounts: Accounts = {
  describeSimulated: (_cloud, id) => ({ accountId: id }),
  readSecret: () => ({ attributes: {}, secret: {} }),
};

test('a token can do no more than whoever made it', async (t) => {
  const { change, systemChange } = await openTestApplication(t);
  const make = (role: 'viewer' | 'operator' | 'admin', by: 'operator' | 'admin') =>
    change((unit) => createToken(unit, { name: `${role}-by-${by}`, role, ttl: '1h' }, hash(`${role} ${by}`)), {
      role: by,
    });
  t.match(await make('operator', 'operator'), { role: 'operator', expiresAt: new Date('2026-06-01T01:00:00Z') });
  await t.rejects(make('admin', 'operator'), { code: 'forbidden', details: [{ pointer: '/role' }] });
  const root = { name: 'root', role: 'platform-admin' as const };
  await t.rejects(
    systemChange((unit) => createToken(unit, root, hash('root'))),
    { code: 'forbidden' },
  );
  const made = await systemChange((unit) => createToken(unit, root, hash('root')), {
    role: 'platform-admin',
    projectId: null,
  });
  t.equal(made.projectId, null);
  await t.resolves(change((unit) => revokeToken(unit, 'operator-by-operator')));
  await t.rejects(
    change((unit) => revokeToken(unit, 'root')),
    { code: 'not-found' },
    'and a project reaches its own alone',
  );
});

test('a credential is real or simulated, and of something that is built', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const make = (request: Parameters<typeof createCredential>[1]) =>
    change((unit) => createCredential(unit, request, accounts));
  await t.rejects(make({ name: 'hosts', provider: 'ssh', secret: {} as never }), {
    code: 'not-built-yet',
    details: [{ pointer: '/provider' }],
  });
  const secret = { accessKeyId: 'AKIA', secretAccessKey: 'x' };
  await t.rejects(make({ name: 'both', provider: 'aws', simulated: true, secret } as never), {
    code: 'validation',
    details: [{ pointer: '/secret', code: 'not-allowed' }],
  });
  const toy = await make({ name: 'toy', provider: 'aws', simulated: true });
  t.match(toy, { simulated: true, attributes: { accountId: toy.id } }, 'with an account of its own');
  await addCluster(test);
  await t.rejects(
    change((unit) => deleteCredential(unit, 'demo-aws')),
    { code: 'in-use' },
  );
});

test('the pools of an address space are private and apart, as those of a fleet', async (t) => {
  const { change } = await openTestApplication(t);
  const make = (pools: { nodes: string; pods: string; services: string }) =>
    change((unit) => createAddressSpace(unit, { name: 'narrow', pools }));
  const apart = { nodes: '10.0.0.0/10', pods: '100.64.0.0/11', services: '172.20.0.0/14' };
  await t.rejects(make({ ...apart, services: '9.0.0.0/8' }), {
    code: 'range-invalid',
    details: [{ pointer: '/pools/services', code: 'range-invalid', message: /not inside a private block/ }],
  });
  await t.rejects(make({ ...apart, pods: '10.32.0.0/11' }), {
    code: 'range-invalid',
    details: [{ pointer: '/pools/pods', code: 'range-overlap' }],
  });
  await t.rejects(make({ ...apart, nodes: '10.0.0.1/10' }), {
    code: 'range-invalid',
    details: [{ pointer: '/pools/nodes' }],
  });
  t.same((await make(apart)).pools, apart);
});

test('what belongs to a project needs one, and a project needs none', async (t) => {
  const { change, systemChange } = await openTestApplication(t);
  const nowhere = { projectId: null };
  await t.rejects(
    change((unit) => createProject(unit, { name: 'x' }), nowhere),
    { code: 'internal' },
  );
  t.match(await systemChange((unit) => createProject(unit, { name: 'third' }), nowhere), { name: 'third' });
  await t.rejects(
    systemChange((unit) => createProject(unit, { name: 'third' }), nowhere),
    { code: 'name-taken' },
  );
});
