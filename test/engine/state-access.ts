import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { test } from 'tap';
import { toBackendUrl } from '../../services/engine/backend-url.ts';
import { readKnownState, stateKeyOf } from '../../services/engine/known-state.ts';
import { prepareBackend } from '../../services/engine/prepare-backend.ts';
import { migrate } from '../../services/store/migrate.ts';
import { openStateAccess } from '../../services/store/state-access.ts';
import { getOrCreateStack } from '../../services/store/stacks.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { getRunVariable } from '../helpers/environment.ts';
import { getTestPulumi } from '../helpers/pulumi.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore } from '../store/fixtures.ts';

const run = promisify(execFile);

test('the CLI finds a stack of an earlier release where it was moved to, by a login that a takeover revokes', async (t) => {
  const { store, url, migration, vault, work, projectId } = await openTestStore(t);
  const stateDatabase = `${new URL(url).pathname.slice(1)}_state`;
  await migrate({ ...migration, vault, stateDatabase });
  const access = await openStateAccess({ url, store });
  t.teardown(async () => {
    const admin = postgres(getRunVariable('FLEETYARD_TEST_DATABASE_URL'), { max: 1 });
    await admin`drop database if exists ${admin(stateDatabase)} with (force)`;
    await admin.end();
  });
  const directory = await createTestDirectory(t);
  const binary = await getTestPulumi();
  await mkdir(join(directory, 'project'));
  await writeFile(join(directory, 'project/Pulumi.yaml'), 'name: fleetyard\nruntime: nodejs\n');
  const call = async (backendUrl: string, ...args: string[]): Promise<string> => {
    const env = {
      PATH: process.env['PATH'],
      HOME: directory,
      PULUMI_HOME: join(directory, 'home'),
      PULUMI_BACKEND_URL: toBackendUrl(backendUrl),
      PULUMI_CONFIG_PASSPHRASE: 'phrase',
      PULUMI_SKIP_UPDATE_CHECK: '1',
    };
    const { stdout } = await run(binary, [...args, '--cwd', join(directory, 'project'), '--non-interactive'], {
      env,
    });
    return stdout;
  };
  const prepare = (stateUrl: string): Promise<void> =>
    prepareBackend({
      binary,
      home: join(directory, 'home'),
      backendUrl: toBackendUrl(stateUrl),
      environment: process.env,
    });

  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  const operation = await work((tx) => addOperation(tx, cluster));
  const stackName = `${cluster.id}-network`;
  const { id: stackId } = await store.asSystem((tx) =>
    getOrCreateStack(tx, { clusterId: cluster.id, layer: 'network', home: 'simulated', name: stackName }),
  );
  const shared = await store.getStateUrl();
  await call(shared, 'stack', 'init', stackName);
  const urn = `urn:pulumi:${stackName}::fleetyard::pulumi:pulumi:Stack::fleetyard-${stackName}`;
  const resources = [{ urn, type: 'pulumi:pulumi:Stack', custom: false }];
  const document = join(directory, 'document.json');
  await writeFile(document, JSON.stringify({ version: 3, deployment: { resources } }));
  await call(shared, 'stack', 'import', '--stack', stackName, '--file', document);
  const open = async () => {
    const lease = leaseOf(await claim(store, operation.id));
    return access.open({ lease, projectId, stackId, stackName, stateKey: stateKeyOf(stackName) }, prepare);
  };
  const first = await open();
  const exported = await call(first.url, 'stack', 'export', '--stack', stackName);
  t.match(exported, /"deployment"/);
  const known = readKnownState(first.text);
  t.same(known?.deployment.deployment.resources, resources, 'and what the worker reads beside it');
  t.same(known, { exists: true, deployment: JSON.parse(exported) }, 'is what the CLI would export');
  await t.rejects(call(shared, 'stack', 'export', '--stack', stackName), /no stack named/, 'it is there alone');

  await store.asSystem(
    (tx) => tx.sql`update operations set state = 'interrupted', lease_owner = null, lease_until = null`,
  );
  const second = await open();
  await t.rejects(call(first.url, 'stack', 'export', '--stack', stackName), /failed to ping PostgreSQL/);
  t.match(await call(second.url, 'stack', 'export', '--stack', stackName), /"deployment"/);
  await second.close();
});
