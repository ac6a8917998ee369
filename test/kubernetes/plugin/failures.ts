// What the kubernetes plugin makes of API servers that are away, refuse, hang, or are not who they should be, and of objects that do not come right.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import type { Properties } from '../../../plugins/kit/values.ts';
import { classifyFailure } from '../../../services/engine/classify-failure.ts';
import { createAuthority } from '../../../services/simulator/control-planes/certificate.ts';
import { makeName, startApiServer, TOKENS, type TestApiServer } from '../../helpers/api-server.ts';
import { createTestDirectory } from '../../helpers/directory.ts';
import { CallFailure, OFFICIAL, startKubernetesPlugin } from '../../helpers/provider-plugin.ts';

const CONFIG = 'kubernetes:core/v1:ConfigMap';
const DEPLOYMENT = 'kubernetes:apps/v1:Deployment';

const patient = { timeout: 120_000 };

const config = (name: string): Properties => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { a: '1' },
});

async function fail(run: Promise<unknown>): Promise<CallFailure> {
  const error = await run.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof CallFailure) return error;
  throw new Error('the call did not fail', { cause: error });
}

test('the kubernetes plugin and API servers that are not well', { timeout: 240_000 }, async (t) => {
  const api = await startApiServer(t, { controllers: ['deployment-controller', 'replicaset-controller'] });
  await t.test('one that is away is told of, and its objects are given up only where that is asked for', patient, (s) =>
    away(s, api),
  );
  await t.test('a server that nobody vouches for is not spoken to', patient, (s) => distrust(s, api));
  await t.test('a token that is refused, and one without rights', patient, (s) => refuse(s, api));
  await t.test('a token file is read anew', patient, (s) => renew(s, api));
  await t.test('a server that takes calls and never answers is given up in ten seconds', patient, hang);
  await t.test('a Deployment that does not come up says why', patient, (s) => wait(s, api));
  await t.test('a cancel while the server hangs ends the call in a moment', patient, (s) => cancelHung(s, api));
  await t.test('an answer that leads elsewhere is not followed', patient, redirect);
});

async function away(t: Test, api: TestApiServer): Promise<void> {
  const name = makeName('away');
  const near = await startKubernetesPlugin(t, { kubeconfig: api.writeKubeconfig() });
  const made = await near.create(CONFIG, config(name));
  const kubeconfig = api.writeKubeconfig({ server: 'https://127.0.0.9:1' });
  const far = await startKubernetesPlugin(t, { kubeconfig });
  const failures = await Promise.all([
    fail(far.create(CONFIG, config(name))),
    fail(far.update(made, config(name))),
    fail(far.delete(made)),
    fail(far.read(CONFIG, made.id, made)),
  ]);
  for (const { message } of failures) {
    t.match(message, /cluster is unreachable|unreachable cluster/);
    t.equal(classifyFailure(message).class, 'unreachable', message);
  }
  t.match(await far.preview(CONFIG, config(name)), config(name), 'a preview goes on with what was asked for');
  const giving = await startKubernetesPlugin(t, { kubeconfig, deleteUnreachable: 'true' });
  await giving.delete(made);
  t.equal(await giving.read(CONFIG, made.id, made), undefined);
  const leaving = await startKubernetesPlugin(t, { kubeconfig }, { PULUMI_K8S_SKIP_UPDATE_UNREACHABLE: 'true' });
  t.same((await leaving.read(CONFIG, made.id, made))?.inputs, made.inputs);
  const news = { ...config(name), data: { a: '2' } };
  t.same((await leaving.check(CONFIG, news, made.inputs)).inputs, made.inputs);
  const unread = await startKubernetesPlugin(t, { kubeconfig: '/there/is/none' });
  t.match((await fail(unread.create(CONFIG, config(name)))).message, /failed to parse kubeconfig data|unreachable/);
  await near.delete({
    ...made,
    state: { ...made.state },
    inputs: {
      ...made.inputs,
      metadata: { name, namespace: 'default', annotations: { 'pulumi.com/deletionPropagationPolicy': 'background' } },
    },
  });
}

async function distrust(t: Test, api: TestApiServer): Promise<void> {
  const authority = createAuthority('another', new Date()).certificate;
  const plugin = await startKubernetesPlugin(t, { kubeconfig: api.writeKubeconfig({ authority }) });
  const { message } = await fail(plugin.create(CONFIG, config(makeName('x'))));
  t.match(message, OFFICIAL ? /x509/ : /cluster is unreachable.*certificate/);
}

async function refuse(t: Test, api: TestApiServer): Promise<void> {
  const unknown = await startKubernetesPlugin(t, {
    kubeconfig: api.writeKubeconfig({ token: 'nobodys' }),
    deleteUnreachable: 'true',
  });
  const { message } = await fail(unknown.create(CONFIG, config(makeName('x'))));
  t.match(message, /asked for the client to provide credentials/);
  if (!OFFICIAL) {
    t.equal(classifyFailure(message).class, 'credentials', message);
    const state = { ...config('x'), metadata: { name: 'x', namespace: 'default', uid: 'u' } };
    const kept = { type: CONFIG, id: 'default/x', inputs: config('x'), state, secrets: [] };
    await t.rejects(unknown.delete(kept), 'whoever is refused knows that the cluster is there');
  }
  const stranger = await startKubernetesPlugin(t, { kubeconfig: api.writeKubeconfig({ token: TOKENS.stranger }) });
  const forbidden = await fail(stranger.create(CONFIG, config(makeName('x'))));
  t.match(forbidden.message, /is forbidden: User "stranger" cannot create resource "configmaps"/);
  t.equal(classifyFailure(forbidden.message).class, 'credentials');
  const inputs = config(makeName('x'));
  t.match(await stranger.preview(CONFIG, inputs), inputs, 'who may not try it out sees what was asked for');
}

async function renew(t: Test, api: TestApiServer): Promise<void> {
  const directory = await createTestDirectory(t);
  const tokenFile = join(directory, 'token');
  await mkdir(directory, { recursive: true });
  await writeFile(tokenFile, `${TOKENS.admin}\n`);
  const plugin = await startKubernetesPlugin(t, { kubeconfig: api.writeKubeconfig({ user: { tokenFile } }) });
  t.match(await plugin.read('kubernetes:core/v1:Namespace', 'default'), { id: 'default' });
  await writeFile(tokenFile, 'ended');
  if (!OFFICIAL) await t.rejects(plugin.read('kubernetes:core/v1:Namespace', 'default'), /credentials/);
  await writeFile(tokenFile, TOKENS.admin);
  t.match(await plugin.read('kubernetes:core/v1:Namespace', 'default'), { id: 'default' });
}

async function hang(t: Test): Promise<void> {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const { port } = silent.address() as { port: number };
  const kubeconfig = JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user: { token: 't' } }],
  });
  const begin = performance.now();
  const plugin = await startKubernetesPlugin(t, { kubeconfig });
  const { message } = await fail(plugin.create(CONFIG, config('x')));
  t.equal(classifyFailure(message).class, 'unreachable', message);
  if (!OFFICIAL) t.ok(performance.now() - begin < 14_000);
}

async function wait(t: Test, api: TestApiServer): Promise<void> {
  const plugin = await startKubernetesPlugin(t, { kubeconfig: api.writeKubeconfig() });
  const name = makeName('never');
  const labels = { app: name };
  const annotations = { 'pulumi.com/deletionPropagationPolicy': 'background' };
  const inputs: Properties = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', annotations },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'a', image: 'nowhere.invalid/a', env: [{ name: 'A', value: 'x' }] }] },
      },
    },
  };
  const refused = await fail(plugin.create(DEPLOYMENT, inputs, 3));
  t.match(refused.message, /timed out waiting to be Ready/);
  t.equal(refused.partial?.id, `default/${name}`, 'it is kept, for it exists');
  t.match(refused.partial?.reasons.join('\n'), OFFICIAL ? /./ : /0 of 1 pods are available/);
  const skipping = {
    ...inputs,
    metadata: {
      ...(inputs['metadata'] as Properties),
      name: `${name}-2`,
      annotations: { ...annotations, 'pulumi.com/skipAwait': 'true' },
    },
  };
  const begin = performance.now();
  const made = await plugin.create(DEPLOYMENT, skipping, 60);
  t.ok(performance.now() - begin < 10_000, 'nobody waits where that is not wanted');
  const state = refused.partial?.state ?? {};
  const kept = { type: DEPLOYMENT, id: `default/${name}`, inputs, state, secrets: [] };
  const unready = await fail(plugin.read(DEPLOYMENT, kept.id, kept));
  t.match(unready.partial?.id, kept.id, 'a refresh tells as well');
  await Promise.all([plugin.delete(kept), plugin.delete(made)]);
}

async function cancelHung(t: Test, api: TestApiServer): Promise<void> {
  if (OFFICIAL) return;
  const plugin = await startKubernetesPlugin(t, { kubeconfig: api.writeKubeconfig() });
  await plugin.read('kubernetes:core/v1:Namespace', 'default');
  const resume = api.freeze();
  try {
    const begin = performance.now();
    const call = fail(plugin.create(CONFIG, config(makeName('hung'))));
    setImmediate(() => plugin.cancel());
    const { message, partial } = await call;
    t.match(message, /context canceled/);
    t.equal(partial, undefined, 'nobody knows whether it was made; that is for whoever recovers');
    t.ok(performance.now() - begin < 8000);
  } finally {
    resume();
  }
}

async function redirect(t: Test): Promise<void> {
  const { createServer: createHttpServer } = await import('node:http');
  let asked = 0;
  const elsewhere = createHttpServer((_request, response) => {
    asked += 1;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const { port: other } = elsewhere.address() as { port: number };
  const server = createHttpServer((request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${other}${request.url}` }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => void [server.close(), elsewhere.close()]);
  if (OFFICIAL) return;
  const { port } = server.address() as { port: number };
  const kubeconfig = JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
  });
  const plugin = await startKubernetesPlugin(t, { kubeconfig });
  await t.rejects(plugin.create(CONFIG, config('x')), /302/);
  t.equal(asked, 0);
}
