// A simulator that stops keeps everything, and takes up what was under way.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { createTestAccount } from '../helpers/simulated-account.ts';
import { waitFor } from '../helpers/wait.ts';

const ROLE = 'aws:iam/role:Role';
const role = (name: string) => ({ name, assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: 'Allow' }] }) });

test('a restart keeps resources, ledger, faults, quotas, tokens and the port', async (t) => {
  const first = await createTestAccount(t, { config: { region: 'eu-central-1' } });
  await first.make(ROLE, role('one'));
  await first.admin.setQuota(first.account, 'iam/roles', 7);
  await first.admin.setFault(first.account, { kind: 'throttle', type: ROLE, nameContains: 'three' });
  const gate = await first.admin.setFault(first.account, {
    kind: 'slow-create',
    type: ROLE,
    nameContains: 'two',
    count: 1,
    until: 'released',
  });
  const held = first.make(ROLE, role('two')).catch(() => 'cut off');
  await waitFor('the creation', async () => (await first.admin.listResources(first.account)).length === 2);
  await first.simulator.stop();
  t.equal(await held, 'cut off');

  const second = await createTestAccount(t, { dataDir: first.dataDir });
  t.equal(second.simulator.url, first.simulator.url, 'endpoints carry the port, so it stays');
  t.equal(second.simulator.adminToken, first.simulator.adminToken);
  const list = () => second.admin.listResources(second.account);
  t.match(
    await list(),
    [
      { id: 'one', state: 'ready' },
      { id: 'two', state: 'creating' },
    ],
    'the held one is still held',
  );
  t.match(await second.admin.listQuotas(second.account), [{ quota: 'iam/roles', amount: 7 }]);
  t.equal((await second.admin.listFaults(second.account)).length, 2);
  await second.admin.release(second.account, gate.id);
  await waitFor('the end of the creation', async () => (await list()).every((each) => each.state === 'ready'));
  t.equal((await second.admin.listLedger(second.account)).length, 2, 'nothing was made twice');
});

test('one data directory has one simulator', async (t) => {
  const first = await createTestAccount(t);
  await t.rejects(createTestAccount(t, { dataDir: first.dataDir }), /a simulator already runs on/);
  t.equal((await first.admin.listAccounts()).length, 0, 'and the first still answers');
});

test('where the simulator is stands in a file that only its owner reads', async (t) => {
  const { dataDir, simulator } = await createTestAccount(t);
  const path = join(dataDir, 'simulator.json');
  t.equal((await stat(path)).mode & 0o777, 0o600);
  t.match(JSON.parse(await readFile(path, 'utf8')), {
    url: simulator.url,
    adminToken: simulator.adminToken,
    pid: process.pid,
  });
});
