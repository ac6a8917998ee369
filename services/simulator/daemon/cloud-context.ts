// What a resource type's rules see of the account while they judge one call.
import { describeSimulatedAccount } from '../../domain/simulated-account.ts';
import type { Clock } from '../ledger/clock.ts';
import type { ControlPlanes } from '../control-planes/control-planes.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Resource, Values } from '../ledger/resource.ts';
import type { CloudContext } from '../clouds/resource-type.ts';

/** What a context is made of. */
export type ContextParts = { ledger: Ledger; clock: Clock; planes: ControlPlanes };

type Caller = { account: string; urn: string; name: string; config: Values; inputs: Values };

/** Makes the context of one call. */
export function createContext({ ledger, clock, planes }: ContextParts, call: Caller): CloudContext {
  const { account } = call;
  const now = clock.now();
  const region = String(
    call.inputs['region'] ?? call.inputs['location'] ?? call.config['region'] ?? call.config['location'] ?? 'global',
  );
  return {
    account,
    identity: describeSimulatedAccount(account),
    region,
    config: call.config,
    urn: call.urn,
    logicalName: call.name,
    now,
    find: (type, id) => ledger.findResource(account, type, id),
    list: (type) => ledger.listResources(account, type),
    patch: (resource, outputs) => patchOutputs(ledger, resource, outputs, now),
    cascade(resource) {
      if (resource.controlPlane !== null) planes.release(resource.controlPlane);
      cascadeDeletion(ledger, resource, now);
    },
    findControlPlane: ({ controlPlane: id }) => (id === null ? undefined : planes.findOpen(id)),
  };
}

function patchOutputs(ledger: Ledger, resource: Resource, outputs: Values, now: Date): void {
  const current = ledger.findResource(resource.account, resource.type, resource.id);
  if (!current) return;
  const updatedAt = now.toISOString();
  ledger.saveResource({ ...current, outputs: { ...current.outputs, ...outputs }, updatedAt });
}

function cascadeDeletion(ledger: Ledger, resource: Resource, now: Date): void {
  const { account, type, id, urn, inputs } = resource;
  ledger.removeResource(resource);
  const at = now.toISOString();
  ledger.record({
    account,
    at,
    action: 'delete',
    type,
    id,
    urn,
    caller: 'cloud',
    inputs,
    outcome: 'done',
    error: null,
  });
}
