// What a join looks at before it makes anything.
import { test, type Test } from 'tap';
import { openKubernetes } from '../../../services/access/kubernetes-client.ts';
import { getAdapter } from '../../../services/federation/registry.ts';
import { loopbackGuard, startTestHub } from '../../helpers/hub.ts';

/** A hub, a cluster that is to join it, and the question. */
async function prepare(t: Test) {
  const [hub, member] = [await startTestHub(t), await startTestHub(t)];
  const check = (): Promise<void> =>
    getAdapter('karmada').checkJoin({
      hub: openKubernetes(loopbackGuard, hub.access, 1_000),
      member: openKubernetes(loopbackGuard, member.access, 1_000),
      memberName: 'web-1',
    });
  return { hub, member, check };
}

test('a cluster that belongs to no hub may join, and so may one whose join was half made', async (t) => {
  const { hub, member, check } = await prepare(t);
  hub.members.set('other', true);
  hub.ids.set('other', 'another-id');
  await t.resolves(check());
  member.asMember.accounts.push('karmada-impersonator', 'karmada-web-1');
  hub.members.set('web-1', false);
  hub.ids.set('web-1', 'uid-of-kube-system');
  await t.resolves(check());
});

test('a cluster that the hub has under another name is refused, with that name', async (t) => {
  const { hub, check } = await prepare(t);
  hub.members.set('by-hand', true);
  hub.ids.set('by-hand', 'uid-of-kube-system');
  await t.rejects(check(), { code: 'validation', message: /a member of the hub already as "by-hand"/ });
});

test('a name that another cluster has at the hub is refused', async (t) => {
  const { hub, check } = await prepare(t);
  hub.members.set('web-1', true);
  hub.ids.set('web-1', 'another-id');
  await t.rejects(check(), { code: 'validation', message: /another cluster under the name "web-1"/ });
});

test('a cluster that has joined elsewhere is refused', async (t) => {
  const { member, check } = await prepare(t);
  member.asMember.accounts.push('karmada-impersonator', 'karmada-web-of-old');
  await t.rejects(check(), { code: 'validation', message: /joined a Karmada already as "web-of-old"/ });
});

test('which side does not answer is said, within the time-out', async (t) => {
  const { hub, member, check } = await prepare(t);
  member.failWith = 0;
  await t.rejects(check(), { code: 'unavailable', message: new RegExp(`127.0.0.1:${member.port}/? .*did not answer`) });
  hub.failWith = 0;
  await t.rejects(check(), { code: 'unavailable', message: new RegExp(`127.0.0.1:${hub.port}/? .*did not answer`) });
  hub.failWith = 401;
  await t.rejects(check(), { code: 'credential-mismatch' }, 'a token that has expired');
  hub.failWith = 404;
  await t.rejects(check(), { code: 'validation', message: /no Karmada control plane/ });
});
