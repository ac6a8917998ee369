// The hub that is a Karmada of processes: started when it is asked for, kept alive, found again, and gone without a trace.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'tap';
import { closeSimulatedHub, openHubAccess } from '../../services/access/kubeconfig/open-hub.ts';
import { getAdapter } from '../../services/federation/registry.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { listListeners } from '../helpers/listeners.ts';
import { createHubCredential, findHubParts, HUB_PARTS, openLocalHub } from '../helpers/local-hub.ts';
import { waitFor } from '../helpers/wait.ts';

const karmada = getAdapter('karmada');
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kept' } };

test('a hub of processes is a Karmada, survives the death of each of its programs and of its daemon, and goes without a trace', async (t) => {
  const dataDir = join(await createTestDirectory(t), 'simulator');
  const first = await startSimulator({ dataDir });
  t.teardown(() => first.stop().catch(() => undefined));
  const hub = await openLocalHub(first.url);
  const isWell = (client = hub): Promise<boolean> =>
    karmada.checkHub(client).then(
      () => true,
      () => false,
    );

  await t.test('it is a Karmada that answers its account alone, on loopback alone', async (t) => {
    t.match(await karmada.checkHub(hub), { kubernetesVersion: /^v1\.34\./, members: 0 });
    const stranger = { ...createHubCredential(), secret: { token: 'local.of-somebody-else' } };
    await t.rejects(openHubAccess(stranger, first.url), { code: 'unavailable' });
    const parts = await findHubParts(dataDir);
    t.same([...parts.keys()].sort(), HUB_PARTS);
    const own = new URL(hub.server).hostname;
    t.notMatch(own, /^127\.0\.0\.1$/);
    t.same(new Set((await listListeners([...parts.values()])).map(({ address }) => address)), new Set([own]));
    await hub.core.createNamespace({ body: namespace });
  });

  await t.test('each program that is killed comes back', async () => {
    for (const [program, pid] of await findHubParts(dataDir)) {
      process.kill(pid, 'SIGKILL');
      const isBack = async (): Promise<boolean> => {
        const now = (await findHubParts(dataDir)).get(program);
        return now !== undefined && now !== pid && (await isWell());
      };
      await waitFor(`another ${program}`, isBack, { timeoutMs: 60_000 });
    }
  });

  await t.test('it stands on its data again with the next daemon, without being asked for', async (t) => {
    await first.stop();
    t.equal((await findHubParts(dataDir)).size, 0, 'an orderly stop ends all of it');
    const second = await startSimulator({ dataDir });
    t.teardown(() => second.stop());
    await waitFor('the hub', () => isWell(), { timeoutMs: 60_000 });
    t.equal((await hub.core.readNamespace({ name: 'kept' })).metadata?.name, 'kept');
    await closeSimulatedHub(createHubCredential(), second.url);
    t.equal((await findHubParts(dataDir)).size, 0);
    t.same(await readdir(join(dataDir, 'hubs')), []);
    const database = new DatabaseSync(join(dataDir, 'simulator.db'), { readOnly: true });
    t.same(database.prepare('select * from local_control_planes').all(), []);
    database.close();
  });
});

test('an account on the ledger has no hub of processes', async (t) => {
  const simulator = await startSimulator({ dataDir: join(await createTestDirectory(t), 'simulator') });
  t.teardown(() => simulator.stop());
  const credential = { ...createHubCredential(), secret: { token: 'of-the-ledger' } };
  await t.rejects(openHubAccess(credential, simulator.url), { code: 'unavailable', message: /played by the ledger/ });
});
