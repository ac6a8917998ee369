// A member gives its workloads away before it leaves.
import { test } from 'tap';
import { openKubernetes } from '../../../services/access/kubernetes-client.ts';
import { getAdapter } from '../../../services/federation/registry.ts';
import { loopbackGuard, startTestHub } from '../../helpers/hub.ts';

const karmada = getAdapter('karmada');
const leaving = { key: 'fleetyard.io/leaving', effect: 'NoExecute' };
const ofSomebody = { key: 'maintenance', value: 'soon', effect: 'NoSchedule', timeAdded: '2026-11-21T10:00:00Z' };
const binding = (name: string) => ({
  'resourcebinding.karmada.io/namespace': 'shop',
  'resourcebinding.karmada.io/name': name,
});

test('a drain adds one taint to those that are there, once, and its end takes no other away', async (t) => {
  const hub = await startTestHub(t);
  const client = openKubernetes(loopbackGuard, hub.access);
  hub.members.set('web', true);
  hub.taints.set('web', [ofSomebody]);
  t.match(await karmada.startDrain(client, 'web'), { ready: true, draining: true });
  t.same(hub.taints.get('web'), [ofSomebody, leaving]);
  await karmada.startDrain(client, 'web');
  t.same(hub.taints.get('web'), [ofSomebody, leaving]);
  t.match(await karmada.findMember(client, 'web'), { draining: true });
  await karmada.stopDrain(client, 'web');
  t.same(hub.taints.get('web'), [ofSomebody]);
  t.match(await karmada.findMember(client, 'web'), { draining: false });
});

test('a hub that has no such member has nothing to drain', async (t) => {
  const hub = await startTestHub(t);
  const client = openKubernetes(loopbackGuard, hub.access);
  t.equal(await karmada.startDrain(client, 'web'), undefined);
  t.same(hub.taints, new Map());
});

test('what runs on a member is what bindings placed there; a hub without another member has nowhere to move it', async (t) => {
  const hub = await startTestHub(t);
  const client = openKubernetes(loopbackGuard, hub.access);
  hub.members.set('web', true);
  t.same(await karmada.listWorkloads(client, 'web'), { count: 0, names: [], movable: false });
  hub.works.set('karmada-es-web', [
    binding('cart-deployment'),
    { 'clusterresourcebinding.karmada.io/name': 'shop-namespace' },
    { 'resourcebinding.karmada.io/name': '<b>a stranger</b>' },
    { 'karmada.io/of-the-hub-itself': 'yes' },
  ]);
  const names = ['shop/cart-deployment', 'shop-namespace'];
  t.same(await karmada.listWorkloads(client, 'web'), { count: 3, names, movable: false });
  hub.members.set('other', true);
  hub.taints.set('other', [leaving]);
  t.match(await karmada.listWorkloads(client, 'web'), { movable: false }, 'a member that is leaving too takes nothing');
  hub.members.set('unwell', false).set('third', true);
  t.match(await karmada.listWorkloads(client, 'web'), { movable: true });
});

test("a member's own taints are kept as the cluster asks, and those of others stay", async (t) => {
  const hub = await startTestHub(t);
  const client = openKubernetes(loopbackGuard, hub.access);
  hub.members.set('web', true);
  hub.taints.set('web', [ofSomebody]);
  const batch = { key: 'only', value: 'batch', effect: 'NoSchedule' };
  const soon = { key: 'soon', value: '', effect: 'NoExecute' };
  await karmada.keepTaints(client, 'web', [batch, soon]);
  t.same(hub.taints.get('web'), [ofSomebody, batch, { key: 'soon', effect: 'NoExecute' }]);
  const { length } = hub.calls;
  await karmada.keepTaints(client, 'web', [batch, soon]);
  t.equal(hub.calls.length, length + 1, 'what stands is only looked at');
  await karmada.startDrain(client, 'web');
  await karmada.keepTaints(client, 'web', [{ ...batch, value: 'nights' }]);
  t.same(hub.taints.get('web'), [ofSomebody, leaving, { ...batch, value: 'nights' }]);
  await karmada.keepTaints(client, 'web', []);
  t.same(hub.taints.get('web'), [ofSomebody, leaving]);
  await karmada.keepTaints(client, 'gone', [batch]);
  t.notOk(hub.taints.has('gone'));
});
