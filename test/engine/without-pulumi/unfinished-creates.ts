// What an interrupted runner left: which creates are looked for, and what the deployment is without them.

import { test } from 'tap';
import type { StateResource } from '../../../services/engine/deployment.ts';
import {
  adoptDoubtful,
  listDoubtful,
  listPendingCreates,
  listUnfinished,
} from '../../../services/engine/pending-creates.ts';

const resource = (type: string, name: string): StateResource => ({
  urn: `urn:pulumi:sk_1::fleetyard::${type}::${name}`,
  type,
  custom: true,
  inputs: { name },
});
const provider = resource('pulumi:providers:gcp', 'gcp');
const network = resource('gcp:compute/network:Network', 'network');
const router = resource('gcp:compute/router:Router', 'egress');
const creating = (...resources: StateResource[]) => resources.map((each) => ({ resource: each, type: 'creating' }));

test("Pulumi's own resources are not looked for and are made again", async (t) => {
  const deployment = { version: 3, deployment: { pending_operations: creating(provider, network), resources: [] } };
  const doubtful = listDoubtful(deployment, []);
  const pending = listPendingCreates(deployment, doubtful);
  t.strictSame(pending, [{ urn: network.urn, type: network.type, inputs: { name: 'network' } }]);
  const adopted = adoptDoubtful(deployment, doubtful, new Map([[network.urn, 'projects/p/global/networks/network']]));
  t.strictSame(adopted.deployment, {
    resources: [{ ...network, id: 'projects/p/global/networks/network', outputs: {} }],
  });
});

test('updates and deletes are left to the refresh', async (t) => {
  const deployment = { version: 3, deployment: { pending_operations: [{ resource: network, type: 'updating' }] } };
  t.strictSame(listDoubtful(deployment, []), []);
});

test('only adopted resources are waited for', async (t) => {
  const deployment = { version: 3, deployment: { resources: [network, router] } };
  t.strictSame(
    listUnfinished(deployment, new Set([router.urn]), () => true),
    [router.urn],
  );
  t.strictSame(
    listUnfinished(deployment, new Set([router.urn]), () => false),
    [],
  );
});
