// What tests of the worker work on.
import { createCredential } from '../../services/store/credentials.ts';
import { createFederation } from '../../services/store/federations.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import type { OperationRow } from '../../services/store/operations.ts';
import type { Tx } from '../../services/store/transaction.ts';
import type { HeldLease } from '../../services/worker/hold-lease.ts';
import type { TestHub } from '../helpers/hub.ts';

const never = new AbortController().signal;

/** A lease that nobody extends and that is never lost. */
export function holdForEver({ id, fence }: { id: string; fence: number }): HeldLease {
  return {
    operationId: id,
    fence,
    lost: never,
    cancelled: never,
    getDeadline: () => Infinity,
    beat: () => undefined,
    release: () => undefined,
  };
}

/** A federation behind a hub of the test's own, with its create operation. */
export async function addFederation(tx: Tx, hub: TestHub): Promise<OperationRow> {
  const credential = await createCredential(tx, {
    name: 'hub',
    provider: 'kubernetes',
    simulated: false,
    attributes: {},
    secret: { kubeconfig: hub.kubeconfig },
  });
  const federation = await createFederation(tx, {
    name: 'main',
    engine: 'karmada',
    hubCredentialId: credential.id,
    spec: {},
  });
  return insertOperation(tx, {
    resourceKind: 'federation',
    resourceId: federation.id,
    kind: 'create',
    generation: 1,
    input: { v: 1, resource: 'federation', engine: 'karmada', hubCredentialId: credential.id },
    steps: [{ kind: 'hub', action: 'check' }],
  });
}
