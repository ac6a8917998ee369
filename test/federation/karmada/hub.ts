import { test } from 'tap';
import { openKubernetes } from '../../../services/access/kubernetes-client.ts';
import { getAdapter } from '../../../services/federation/registry.ts';
import type { ApiServerAccess } from '../../../services/access/kubeconfig/api-server-access.ts';
import { createAuthority } from '../../../services/simulator/control-planes/certificate.ts';
import { loopbackGuard, startTestHub } from '../../helpers/hub.ts';

const karmada = getAdapter('karmada');

test('a hub is known by listing its clusters, and reports its version and members', async (t) => {
  const hub = await startTestHub(t);
  hub.members.set('one', true);
  t.same(await karmada.checkHub(openKubernetes(loopbackGuard, hub.access)), {
    kubernetesVersion: 'v1.34.3',
    members: 1,
  });
});

test('a member is ready only when its condition says so', async (t) => {
  const hub = await startTestHub(t);
  const client = openKubernetes(loopbackGuard, hub.access);
  hub.members.set('one', false).set('two', true);
  t.match(await karmada.findMember(client, 'one'), { ready: false, reason: 'the hub does not reach its API server' });
  t.match(await karmada.findMember(client, 'two'), { ready: true, kubernetesVersion: 'v1.35.2' });
  t.equal(await karmada.findMember(client, 'three'), undefined);
});

test('a server that is no Karmada, refuses or fails is told apart', async (t) => {
  const hub = await startTestHub(t);
  const check = () => karmada.checkHub(openKubernetes(loopbackGuard, hub.access));
  hub.failWith = 404;
  await t.rejects(check(), { code: 'validation', message: /no Karmada control plane/ });
  hub.failWith = 403;
  await t.rejects(check(), { code: 'credential-mismatch' });
  hub.failWith = 503;
  await t.rejects(check(), { code: 'unavailable', retryable: true });
});

test('a hub that does not answer is given up after the timeout', async (t) => {
  const hub = await startTestHub(t);
  hub.failWith = 0;
  await t.rejects(karmada.checkHub(openKubernetes(loopbackGuard, hub.access, 100)), { code: 'unavailable' });
});

test('an engine without an adapter is not built yet', async (t) => {
  t.throws(() => getAdapter('kubefed'), { code: 'not-built-yet' });
});

test('a hub whose certificate another authority signed is refused, with that cause, and so is one that nobody answers at', async (t) => {
  const hub = await startTestHub(t);
  const { certificate } = createAuthority('another', new Date());
  const check = (access: ApiServerAccess) => karmada.checkHub(openKubernetes(loopbackGuard, access));
  const untrusted = { ...hub.access, certificateAuthority: certificate };
  await t.rejects(check(untrusted), { code: 'unavailable', message: /its certificate is not trusted/ });
  const nobody = { ...hub.access, url: { ...hub.access.url, port: 1 } };
  await t.rejects(check(nobody), { code: 'unavailable', message: /the connection was refused/ });
});
