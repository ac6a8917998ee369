// Changes behind the engine's back, as somebody at the cloud's console makes them.
import { CloudError } from '../clouds/cloud-error.ts';
import { getCloudOf, getType } from '../clouds/registry.ts';
import type { ControlPlanes } from '../control-planes/control-planes.ts';
import { withdrawNeeds } from '../control-planes/needs.ts';
import type { Clock } from '../ledger/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Resource, Values } from '../ledger/resource.ts';
import { createContext } from './cloud-context.ts';

/** What such changes work with. */
export type OutOfBandParts = { ledger: Ledger; clock: Clock; planes: ControlPlanes };

/** Removes a resource with what goes along; its dependents are not asked. */
export async function deleteOutOfBand(parts: OutOfBandParts, resource: Resource): Promise<void> {
  const { ledger } = parts;
  const type = isObject(resource) ? undefined : getType(resource.type);
  ledger.transact(() => {
    const { account, urn, name, inputs } = resource;
    try {
      type?.remove?.(
        createContext(parts, { account, urn, name, config: { region: resource.region }, inputs }),
        resource,
      );
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
    }
    ledger.removeResource(resource);
    if (resource.controlPlane !== null) parts.planes.release(resource.controlPlane);
    record(parts, resource, 'delete');
  });
  // Its control plane is released, and closes with the others that are.
  if (type) await withdrawNeeds(parts, type, { ...resource, controlPlane: null });
}

/** Changes properties, in the inputs and in what a read answers. */
export function changeOutOfBand(parts: OutOfBandParts, resource: Resource, changes: Values): Resource {
  if (!isObject(resource)) getCloudOf(resource.type);
  const changed = {
    ...resource,
    inputs: { ...resource.inputs, ...changes },
    outputs: { ...resource.outputs, ...changes },
    updatedAt: parts.clock.now().toISOString(),
  };
  parts.ledger.transact(() => {
    parts.ledger.saveResource(changed);
    record(parts, changed, 'update');
  });
  return changed;
}

function isObject(resource: Resource): boolean {
  return resource.type.startsWith('kubernetes:');
}

function record({ ledger, clock }: OutOfBandParts, resource: Resource, action: 'update' | 'delete'): void {
  const { account, type, id, urn, inputs } = resource;
  const at = clock.now().toISOString();
  ledger.record({ account, at, action, type, id, urn, caller: 'admin', inputs, outcome: 'done', error: null });
}
