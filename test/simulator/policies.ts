// A simulated hub keeps the policies of placements, by the same adapter as a real one.
import { test } from 'tap';
import { openKubernetes } from '../../services/access/kubernetes-client.ts';
import { openHubAccess } from '../../services/access/kubeconfig/open-hub.ts';
import { createOutgoingGuard } from '../../services/outgoing/outgoing-guard.ts';
import { getAdapter } from '../../services/federation/registry.ts';
import { fourMembers } from '../helpers/placeable-members.ts';
import { createTestAccount } from '../helpers/simulated-account.ts';

test('policies are written, found as they are, and taken away', async (t) => {
  const { simulator, account, token } = await createTestAccount(t);
  const secret = { token };
  const credential = { id: account, provider: 'kubernetes', simulated: true, attributes: {}, secret } as const;
  const access = await openHubAccess(credential, simulator.url);
  const guard = createOutgoingGuard({ privateNetworks: [], simulatorUrl: simulator.url });
  const hub = openKubernetes(guard, access);
  const karmada = getAdapter('karmada');
  const select = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const document = { name: 'cart', select, overrides: [{ imageRegistry: 'mirror.example' }] };
  const placed = { id: 'pt_01k2m3n4p5q6r7s8t9v0w1x2y3', name: 'cart', document };
  const both = ['ClusterOverridePolicy', 'ClusterPropagationPolicy'];
  t.same(await karmada.keepPlacement(hub, placed, fourMembers), both);
  t.same(await karmada.keepPlacement(hub, placed, fourMembers), [], 'the second time there is nothing to do');
  t.same(await karmada.observePlacement(hub, placed), { workloads: [], more: false });
  const other = { ...placed, document: { name: 'cart', select } };
  t.same(
    await karmada.keepPlacement(hub, other, fourMembers),
    ['ClusterOverridePolicy'],
    'what is asked for no more goes',
  );
  await karmada.removePlacement(hub, placed);
  t.same(await karmada.keepPlacement(hub, placed, fourMembers), both);
});
