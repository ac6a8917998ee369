// One cluster, and a worker whose Pulumi is a script: whole operations with the real runner and no cloud.
import type { Test } from 'tap';
import type { Step } from '../../services/domain/steps.ts';
import { createCredential } from '../../services/store/credentials.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { openStore } from '../../services/store/open-store.ts';
import { getOperation, type OperationRow } from '../../services/store/operations.ts';
import { getStackHealth, type StackHealth } from '../../services/store/stack-health.ts';
import { listStacks } from '../../services/store/stacks.ts';
import type { WorkerContext } from '../../services/worker/context.ts';
import { runOperation } from '../helpers/run-operation.ts';
import { type Door, openDoor } from '../helpers/door.ts';
import { createFakePulumi, type FakePulumi } from '../helpers/fake-pulumi.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { buildSpec, openTestStore, type TestStore, createCluster } from '../store/fixtures.ts';

/** The bench; what it reads and asks goes round the door, through which the worker alone goes. */
export type EngineBench = TestStore & {
  fake: FakePulumi;
  context: WorkerContext;
  door: Door;
  clusterId: string;
  credentialId: string;
  ask(kind: 'create' | 'delete', ...steps: Step[]): Promise<string>;
  read(id: string): Promise<OperationRow>;
  /** Claims an operation and runs it as far as it goes. */
  run(id: string): Promise<OperationRow>;
  readHealth(): Promise<StackHealth>;
};

export const up: Step = { kind: 'engine', action: 'up', layer: 'network' };
export const destroy: Step = { kind: 'engine', action: 'destroy', layer: 'network' };
export const secret = 'very-secret-token';

/** Makes the bench. */
export async function createBench(
  t: Test,
  change: Partial<WorkerContext> = {},
  options: NonNullable<Parameters<typeof openTestStore>[1]> = {},
): Promise<EngineBench> {
  const fixture = await openTestStore(t, options);
  const door = await openDoor(t, fixture.url);
  const behind = await openStore({ url: door.url, vault: fixture.vault, applicationName: 'behind' });
  t.teardown(() => behind.close(0.1));
  const fake = await createFakePulumi(t);
  const { context } = await createWorkerContext(t, behind, change);
  context.engine.binary = fake.binary;
  context.engine.simulatorUrl = 'http://127.0.0.1:1';
  const { store, work } = fixture;
  const { credential, cluster } = await work(async (tx) => {
    const credential = await createCredential(tx, {
      name: 'aws',
      provider: 'aws',
      simulated: true,
      attributes: { accountId: '111122223333' },
      secret: { token: secret },
    });
    const made = { name: 'one', provider: 'eks', simulated: true, credentialId: credential.id, fleetId: null } as const;
    return { credential, cluster: await createCluster(tx, { ...made, spec: buildSpec('one') }) };
  });
  const read = (id: string): Promise<OperationRow> => store.asSystem((tx) => getOperation(tx, id));
  return {
    ...fixture,
    fake,
    context,
    door,
    clusterId: cluster.id,
    credentialId: credential.id,
    async ask(kind, ...steps) {
      const ties = { credentialId: credential.id, federationId: null, simulated: true };
      const input = { v: 1, resource: 'cluster', spec: buildSpec('one'), ...ties } as const;
      const { id } = await work((tx) =>
        insertOperation(tx, { resourceKind: 'cluster', resourceId: cluster.id, kind, generation: 1, input, steps }),
      );
      return id;
    },
    read,
    async run(id) {
      await runOperation(context, new Map(), id);
      return read(id);
    },
    readHealth: () =>
      store.asSystem(async (tx) => {
        const [stack] = await listStacks(tx, cluster.id);
        return getStackHealth(tx, stack?.id ?? '');
      }),
  };
}
