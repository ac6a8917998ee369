// The life of objects by the kubernetes plugin on a real API server: made, previewed, changed, replaced, read, imported, deleted.
import { test, type Test } from 'tap';
import type { Properties } from '../../../plugins/kit/values.ts';
import { makeName, startApiServer, type TestApiServer } from '../../helpers/api-server.ts';
import { waitFor } from '../../helpers/wait.ts';
import { CallFailure, OFFICIAL, startKubernetesPlugin, type ProviderPlugin } from '../../helpers/provider-plugin.ts';

const NAMESPACE = 'kubernetes:core/v1:Namespace';
const CONFIG = 'kubernetes:core/v1:ConfigMap';
const SECRET = 'kubernetes:core/v1:Secret';
const ACCOUNT = 'kubernetes:core/v1:ServiceAccount';
const BINDING = 'kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding';
const DEFINITION = 'kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition';
const TOKEN = 'kubernetes.io/service-account-token';

/** Each wait of the plugin has its own end. */
const patient = { timeout: 120_000 };

type Bench = { api: TestApiServer; plugin: ProviderPlugin; upserting: ProviderPlugin };

const config = (name: string, data: Record<string, string>, more: Properties = {}): Properties => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...more },
  data,
});

async function fail(run: Promise<unknown>): Promise<CallFailure> {
  const error = await run.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof CallFailure) return error;
  throw new Error('the call did not fail', { cause: error });
}

test('the kubernetes plugin on a real API server', { timeout: 240_000 }, async (t) => {
  const controllers = ['namespace-controller', 'garbage-collector-controller', 'serviceaccount-token-controller'];
  const api = await startApiServer(t, { controllers });
  const kubeconfig = api.writeKubeconfig();
  const plugin = await startKubernetesPlugin(t, { kubeconfig });
  const upserting = await startKubernetesPlugin(t, { kubeconfig, upsertExistingObjects: 'true' });
  const bench = { api, plugin, upserting };
  await t.test('an object is made, read, changed and deleted', patient, (s) => liveThrough(s, bench));
  await t.test('a create stops at what is there, unless the provider adopts', patient, (s) => adopt(s, bench));
  await t.test('a preview says what the server would make of it, and makes nothing', patient, (s) => preview(s, bench));
  await t.test('a change of what is fixed needs another object', patient, (s) => replace(s, bench));
  await t.test('fields of others are not taken away', patient, (s) => conflict(s, bench));
  await t.test('an apply takes over what a create made, so that what is left out goes', patient, (s) =>
    takeOver(s, bench),
  );
  await t.test('changes that are ignored leave the fields to their owners', patient, (s) => ignore(s, bench));
  await t.test('what is secret stays secret, wherever it comes back', patient, (s) => keepSecret(s, bench));
  await t.test('a token is waited for, and its absence explained', patient, (s) => awaitToken(s, bench));
  await t.test('a new kind can be used as soon as it is defined', patient, (s) => define(s, bench));
  await t.test('what exists is read without inputs, and imported with those that would make it', patient, (s) =>
    read(s, bench),
  );
  await t.test('an object that does not end is told of, with what holds it', patient, (s) => holdBack(s, bench));
  await t.test('a namespace goes with what it holds', patient, (s) => removeNamespace(s, bench));
  await t.test('names are made up and kept, or have to be given', patient, (s) => nameThings(s, bench));
  await t.test('without server-side apply, what is left out goes as well', patient, (s) => merge(s, bench));
  await t.test('another manager takes the place of the one before', patient, (s) => succeed(s, bench));
  await t.test('a cancel ends a wait and tells what exists', patient, (s) => cancel(s, bench));
});

async function liveThrough(t: Test, { api, plugin }: Bench): Promise<void> {
  const name = makeName('life');
  const { inputs, failures } = await plugin.check(CONFIG, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { a: '1' },
  });
  t.same(failures, []);
  t.match(inputs, { metadata: { name, namespace: 'default' } }, 'in the namespace of the kubeconfig');
  const made = await plugin.create(CONFIG, inputs);
  t.equal(made.id, `default/${name}`);
  t.match(made.state, { data: { a: '1' }, metadata: { uid: /.+/ }, __inputs: inputs, __initialApiVersion: 'v1' });
  t.match(made.state['__fieldManager'], /^pulumi-kubernetes-[0-9a-f]{8}$/);
  t.match(await plugin.diff(made, inputs), { changes: false });
  const news = { ...inputs, data: { a: '2', b: '3' } };
  t.equal((await plugin.diff(made, { ...inputs, immutable: false })).changes, true);
  const read = await plugin.read(CONFIG, made.id, made);
  t.match(read, { id: made.id, inputs });
  const changed = await plugin.update(made, news);
  t.match(changed.state, { data: { a: '2', b: '3' } });
  t.equal(changed.state['__fieldManager'], made.state['__fieldManager'], 'by the same manager');
  await api.ask(
    'PATCH',
    `/api/v1/namespaces/default/configmaps/${name}?fieldManager=kubectl-edit`,
    { data: { a: 'drift', c: 'alien' } },
    'application/merge-patch+json',
  );
  const drifted = await plugin.read(CONFIG, made.id, changed);
  t.same(drifted?.inputs['data'], { a: 'drift', b: '3' }, 'a refresh shows what changed, not what others added');
  t.match((await plugin.diff(drifted ?? changed, news)).paths, { 'data.a': /^update/ });
  const mended = await plugin.update(drifted ?? changed, news);
  t.match(mended.state, { data: { a: '2', b: '3' } }, 'what somebody edited is put right');
  await plugin.delete(changed);
  t.equal(await plugin.read(CONFIG, made.id, changed), undefined);
  await plugin.delete(changed);
  t.pass('what is gone is deleted');
}

async function adopt(t: Test, { api, plugin, upserting }: Bench): Promise<void> {
  const name = makeName('there');
  await api.ask('POST', '/api/v1/namespaces/default/configmaps', config(name, { theirs: '1' }));
  const refused = await fail(plugin.create(CONFIG, config(name, { ours: '2' })));
  t.match(refused.message, /already exists/i);
  t.equal(refused.partial, undefined, 'nothing was made');
  const adopted = await upserting.create(CONFIG, config(name, { ours: '2' }));
  t.match(adopted.state, { data: { theirs: '1', ours: '2' } });
  const again = await upserting.create(CONFIG, config(name, { ours: '2' }));
  t.equal(again.id, adopted.id, 'also a second time, by another manager, with the same values');
  await upserting.delete(adopted);
}

async function preview(t: Test, { api, plugin, upserting }: Bench): Promise<void> {
  const name = makeName('trial');
  for (const each of [plugin, upserting]) {
    const planned = await each.preview(CONFIG, config(name, { a: '1' }));
    t.match(planned, { data: { a: '1' }, metadata: { name, namespace: 'default' } });
    t.equal(Object.hasOwn(planned, 'status'), false);
  }
  t.equal((await api.ask('GET', `/api/v1/namespaces/default/configmaps/${name}`)).status, 404);
  const elsewhere = config(name, {}, { namespace: 'not-yet' });
  t.match(await plugin.preview(CONFIG, elsewhere), elsewhere, 'in a namespace that is still to come');
  const made = await plugin.create(CONFIG, config(name, { a: '1' }));
  const planned = await plugin.previewUpdate(made, config(name, { a: '2' }));
  t.match(planned, { data: { a: '2' }, metadata: { uid: (made.state['metadata'] as Properties)['uid'] } });
  const live = await api.ask('GET', `/api/v1/namespaces/default/configmaps/${name}`);
  t.match(live.body, { data: { a: '1' } });
  const invalid = await fail(plugin.preview(CONFIG, config('NOT A NAME', {})));
  t.match(invalid.message, /invalid/i, 'a refusal comes before anything is made');
  await plugin.delete(made);
}

async function replace(t: Test, { plugin }: Bench): Promise<void> {
  const inputs: Properties = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: makeName('binding') },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [],
  };
  const made = await plugin.create(BINDING, inputs);
  const other = { ...inputs, roleRef: { ...(inputs['roleRef'] as Properties), name: 'edit' } };
  const diff = await plugin.diff(made, other);
  t.match(diff, { changes: true, deleteBeforeReplace: true });
  t.equal(diff.replaces.length > 0, true);
  t.match(diff.paths, { 'roleRef.name': 'update_replace' });
  const refused = await fail(plugin.update(made, other));
  t.match(refused.message, /cannot change roleRef|immutable|Invalid value/i, 'for the server would refuse it');
  const renamed = await plugin.diff(made, { ...inputs, metadata: { name: 'another' } });
  t.match(renamed, { deleteBeforeReplace: false, paths: { 'metadata.name': 'update_replace' } });
  await plugin.delete(made);
}

async function conflict(t: Test, { api, plugin }: Bench): Promise<void> {
  const name = makeName('owned');
  const made = await plugin.create(CONFIG, config(name, { a: '1' }));
  const taken = await plugin.update(made, config(name, { a: '1', b: '1' }));
  const path = `/api/v1/namespaces/default/configmaps/${name}?fieldManager=another&force=true`;
  await api.ask('PATCH', path, config(name, { a: 'theirs' }), 'application/apply-patch+yaml');
  const refused = await fail(plugin.update(taken, config(name, { a: '2', b: '1' })));
  t.match(refused.message, /conflict/i);
  t.match(refused.message, /another/, 'it names who stands against it');
  const annotations = { 'pulumi.com/patchForce': 'true' };
  const forced = await plugin.update(taken, config(name, { a: '2', b: '1' }, { annotations }));
  t.match(forced.state, { data: { a: '2' } });
  await plugin.delete(forced);
}

async function takeOver(t: Test, { plugin }: Bench): Promise<void> {
  const name = makeName('taken');
  const made = await plugin.create(CONFIG, config(name, { a: '1', b: '2' }));
  const less = await plugin.update(made, config(name, { a: '1' }));
  t.same(less.state['data'], { a: '1' });
  const managers = ((less.state['metadata'] as Properties)['managedFields'] as Properties[]).map(
    (each) => each['manager'],
  );
  t.same(managers, [made.state['__fieldManager']]);
  await plugin.delete(less);
}

async function ignore(t: Test, { api, plugin }: Bench): Promise<void> {
  const name = makeName('ignored');
  const made = await plugin.create(CONFIG, config(name, { ours: '1' }));
  const first = await plugin.update(made, config(name, { ours: '2' }));
  const path = `/api/v1/namespaces/default/configmaps/${name}?fieldManager=controller`;
  await api.ask('PATCH', path, config(name, { theirs: 'x' }), 'application/apply-patch+yaml');
  const news = config(name, { ours: '3', theirs: 'stale' });
  const diff = await plugin.diff(first, news, ['data.theirs']);
  t.same(Object.keys(diff.paths), ['data.ours']);
  const changed = await plugin.update(first, news, { ignoreChanges: ['data.theirs'] });
  t.same(changed.state['data'], { ours: '3', theirs: 'x' });
  await plugin.delete(changed);
}

async function keepSecret(t: Test, { plugin }: Bench): Promise<void> {
  const inputs: Properties = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: makeName('secret'), namespace: 'default' },
    type: 'Opaque',
    stringData: { word: 'hush' },
  };
  const checked = await plugin.check(SECRET, inputs);
  t.same(checked.secrets.sort(), ['data'], 'although the program did not say so');
  t.match(checked.inputs, { data: { word: Buffer.from('hush').toString('base64') } });
  const made = await plugin.create(SECRET, checked.inputs);
  t.match(made.secrets.sort(), ['__inputs.data', 'data']);
  t.match(await plugin.diff(made, inputs), { changes: false }, 'text and data are the same');
  const other = { ...inputs, type: 'example.com/other' };
  t.match(await plugin.diff(made, other), { deleteBeforeReplace: true, paths: { type: 'update_replace' } });
  const imported = await plugin.read(SECRET, made.id);
  t.match(imported?.secrets.sort(), ['__inputs.data', 'data', 'inputs.data']);
  await plugin.delete(made);
}

async function awaitToken(t: Test, { plugin }: Bench): Promise<void> {
  const account = makeName('account');
  const metadata = { name: account, namespace: 'default' };
  const owner = await plugin.create(ACCOUNT, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const annotations = { 'kubernetes.io/service-account.name': account };
  const inputs: Properties = { apiVersion: 'v1', kind: 'Secret', type: TOKEN, metadata: { ...metadata, annotations } };
  const token = await plugin.create(SECRET, inputs);
  t.match(token.state['data'], { token: /.+/, 'ca.crt': /.+/ });
  t.match(await plugin.diff(token, inputs), { changes: false }, 'what the controller fills in is no change');
  const orphan = {
    ...inputs,
    metadata: { ...metadata, name: `${account}-2`, annotations: { 'kubernetes.io/service-account.name': 'nobody' } },
  };
  // Without its account, the token controller removes the Secret or leaves it empty.
  const refused = await fail(plugin.create(SECRET, orphan, 2));
  t.match(refused.message, OFFICIAL ? /./ : /"nobody"|not found/);
  await plugin.delete(token);
  await plugin.delete(owner);
}

async function define(t: Test, { plugin }: Bench): Promise<void> {
  const group = `${makeName('g')}.example.com`;
  const schema = { openAPIV3Schema: { type: 'object', x_kubernetes_preserve_unknown_fields: true } };
  // In the foreground their end would have to wait until the garbage collector has learnt and forgotten the kind.
  const annotations = { 'pulumi.com/deletionPropagationPolicy': 'background' };
  const definition: Properties = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}`, annotations },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  const type = `kubernetes:${group}/v1:Widget`;
  const widget: Properties = {
    apiVersion: `${group}/v1`,
    kind: 'Widget',
    metadata: { name: 'one', annotations },
    spec: { size: 1 },
  };
  t.match(await plugin.preview(type, widget), widget, 'in a preview it may still be missing');
  const [made, thing] = await Promise.all([
    plugin.create(DEFINITION, definition),
    plugin.create(type, (await plugin.check(type, widget)).inputs),
  ]);
  t.equal(thing.id, 'one', 'although a namespace was assumed for a kind that nobody knew');
  t.match(await plugin.diff(made, definition), { changes: false });
  const changed = await plugin.update(thing, { ...widget, spec: { size: 2 } });
  t.match(changed.state, { spec: { size: 2 } });
  await plugin.delete(changed);
  await plugin.delete(made);
  t.equal(await plugin.read(type, 'one', changed), undefined, 'what nobody defines any more is gone');
  await plugin.delete(changed);
}

async function read(t: Test, { api, plugin }: Bench): Promise<void> {
  const system = await plugin.read(NAMESPACE, 'kube-system');
  t.match(system?.state, { metadata: { name: 'kube-system', uid: /^[0-9a-f-]{36}$/ } });
  const name = makeName('import');
  await api.ask('POST', '/api/v1/namespaces/default/configmaps', config(name, { a: '1' }, { labels: { l: 'x' } }));
  const imported = await plugin.read(CONFIG, `default/${name}`);
  t.same(imported?.inputs, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { a: '1' },
    metadata: { name, namespace: 'default', labels: { l: 'x' } },
  });
  t.equal(await plugin.read(CONFIG, 'default/there-is-none'), undefined);
  if (imported) await plugin.delete(imported);
}

async function holdBack(t: Test, { api, plugin }: Bench): Promise<void> {
  const name = makeName('held');
  const made = await plugin.create(CONFIG, config(name, {}, { finalizers: ['example.com/hold'] }));
  const refused = await fail(plugin.delete(made, 1));
  t.match(refused.message, OFFICIAL ? /./ : /timed out waiting for the end.*example\.com\/hold/);
  t.match(refused.partial?.state, { metadata: { deletionTimestamp: /.+/ } }, 'it is kept as it is now');
  await api.ask(
    'PATCH',
    `/api/v1/namespaces/default/configmaps/${name}`,
    { metadata: { finalizers: null } },
    'application/merge-patch+json',
  );
  await plugin.delete(made);
}

async function removeNamespace(t: Test, { plugin }: Bench): Promise<void> {
  const name = makeName('space');
  const space = await plugin.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const inside = await plugin.create(CONFIG, config('inside', {}, { namespace: name }));
  await plugin.delete(space);
  t.equal(await plugin.read(CONFIG, inside.id, inside), undefined);
}

async function nameThings(t: Test, { plugin }: Bench): Promise<void> {
  const unnamed: Properties = { apiVersion: 'v1', kind: 'ConfigMap', data: {} };
  const first = await plugin.check(CONFIG, unnamed);
  t.match(first.inputs, { metadata: { name: /^thing-[0-9a-f]+$/, annotations: { 'pulumi.com/autonamed': 'true' } } });
  t.same((await plugin.check(CONFIG, unnamed, first.inputs)).inputs, first.inputs, 'the name is kept');
  const made = await plugin.create(CONFIG, first.inputs);
  const diff = await plugin.diff(made, { ...first.inputs, data: { a: '1' } });
  t.match(diff, { deleteBeforeReplace: false }, 'the next one gets another name, and needs not wait');
  await plugin.delete(made);
  if (OFFICIAL) return;
  const required = await plugin.check(CONFIG, unnamed, {}, { namesRequired: true });
  t.match(required.failures, [/^metadata.name: autonaming is disabled/]);
  const generated: Properties = { ...unnamed, metadata: { generateName: 'x-' } };
  t.match((await plugin.check(CONFIG, generated)).failures, [/generateName/]);
  t.match((await plugin.check('kubernetes:helm.sh/v3:Release', unnamed)).failures, [/does not know/]);
  t.match((await plugin.check(CONFIG, { metadata: { name: 'a' } })).failures, [/^apiVersion/, /^kind/]);
}

async function merge(t: Test, { api }: Bench): Promise<void> {
  const plugin = await startKubernetesPlugin(t, { kubeconfig: api.writeKubeconfig(), enableServerSideApply: 'false' });
  const name = makeName('merged');
  const { inputs } = await plugin.check(CONFIG, config(name, { a: '1', b: '2' }));
  t.match(inputs, { metadata: { labels: { 'app.kubernetes.io/managed-by': 'pulumi' } } });
  const made = await plugin.create(CONFIG, inputs);
  const path = `/api/v1/namespaces/default/configmaps/${name}`;
  await api.ask('PATCH', path, { data: { theirs: 'x' } }, 'application/merge-patch+json');
  const { inputs: less } = await plugin.check(CONFIG, config(name, { a: '3' }), inputs);
  const changed = await plugin.update(made, less);
  t.same(changed.state['data'], { a: '3', theirs: 'x' });
  await plugin.delete(changed);
}

async function succeed(t: Test, { plugin }: Bench): Promise<void> {
  const name = makeName('manager');
  const made = await plugin.create(CONFIG, config(name, { a: '1' }));
  const applied = await plugin.update(made, config(name, { a: '2' }));
  const annotations = { 'pulumi.com/patchFieldManager': 'chosen' };
  const chosen = await plugin.update(applied, config(name, { a: '2' }, { annotations }));
  t.equal(chosen.state['__fieldManager'], 'chosen');
  const less = await plugin.update(chosen, config(name, {}, { annotations }));
  t.equal(Object.keys((less.state['data'] as Properties | undefined) ?? {}).length, 0, 'the old manager holds nothing');
  await plugin.delete(less);
}

async function cancel(t: Test, { api, plugin }: Bench): Promise<void> {
  const own = OFFICIAL ? plugin : await startKubernetesPlugin(t, { kubeconfig: api.writeKubeconfig() });
  const name = makeName('waits');
  const annotations = { 'pulumi.com/waitFor': 'jsonpath={.data.come}=yes' };
  const begin = performance.now();
  const call = fail(own.create(CONFIG, config(name, {}, { annotations })));
  const path = `/api/v1/namespaces/default/configmaps/${name}`;
  await waitFor('the object', async () => (await api.ask('GET', path)).status === 200);
  own.cancel();
  const refused = await call;
  t.ok(performance.now() - begin < 8000);
  t.equal(refused.partial?.id, `default/${name}`);
  t.match(refused.message, OFFICIAL ? /./ : /context canceled/);
}
