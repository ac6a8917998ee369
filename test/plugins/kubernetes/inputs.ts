// Inputs and how they are compared: what is the same although it is written otherwise, what needs another object, whose a field is.
import { test } from 'tap';
import { UNKNOWN, type Properties } from '../../../plugins/kit/values.ts';
import { ApiError } from '../../../plugins/kubernetes/api-error.ts';
import { listSecretPlaces, writeState } from '../../../plugins/kubernetes/checkpoint.ts';
import { diffConfig } from '../../../plugins/kubernetes/diff-config.ts';
import { diffObject } from '../../../plugins/kubernetes/diff-object.ts';
import { isOwnedByOthers, planTakeOver } from '../../../plugins/kubernetes/field-managers.ts';
import { normalizeInputs, pruneToInputs } from '../../../plugins/kubernetes/inputs.ts';
import { isSameQuantity } from '../../../plugins/kubernetes/quantity.ts';
import { readSettings, type Settings } from '../../../plugins/kubernetes/settings.ts';
import fc from '../../helpers/properties.ts';

const settings = readSettings({}, {});

function diff(olds: Properties, news: Properties, change: Partial<Settings> = {}) {
  const { changes, deleteBeforeReplace } = diffObject(
    { olds, news, state: {}, ignoreChanges: [] },
    { ...settings, ...change },
  );
  const paths = Object.fromEntries(changes.map((each) => [each.path, each.replace ? `${each.kind}!` : each.kind]));
  return { paths, deleteBeforeReplace };
}

const named = (kind: string, rest: Properties, apiVersion = 'v1'): Properties => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'default' },
  ...rest,
});

test('what cannot change needs another object, and the old one goes first where it has the name', async (t) => {
  const cases: [string, string, Properties, Properties, Record<string, string>][] = [
    ['v1', 'Secret', { type: 'a' }, { type: 'b' }, { type: 'update!' }],
    ['v1', 'Secret', { data: { k: 'YQ==' } }, { data: { k: 'Yg==' } }, { 'data.k': 'update!' }],
    ['v1', 'ConfigMap', { data: { k: 'a' } }, { data: { k: 'b' } }, { 'data.k': 'update!' }],
    [
      'v1',
      'Service',
      { spec: { clusterIP: '10.0.0.1' } },
      { spec: { clusterIP: '10.0.0.2' } },
      { 'spec.clusterIP': 'update!' },
    ],
    ['v1', 'Service', { spec: { type: 'ClusterIP' } }, { spec: { type: 'NodePort' } }, { 'spec.type': 'update' }],
    [
      'apps/v1',
      'Deployment',
      { spec: { selector: { matchLabels: { a: '1' } } } },
      { spec: { selector: { matchLabels: { a: '2' } } } },
      { 'spec.selector.matchLabels.a': 'update!' },
    ],
    ['apps/v1', 'Deployment', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, { 'spec.replicas': 'update' }],
    [
      'batch/v1',
      'Job',
      { spec: { template: { a: 1 } } },
      { spec: { template: { a: 2 } } },
      { 'spec.template.a': 'update!' },
    ],
    [
      'v1',
      'Pod',
      { spec: { containers: [{ image: 'a' }] } },
      { spec: { containers: [{ image: 'b' }] } },
      { 'spec.containers[0].image': 'update!' },
    ],
    ['example.com/v1', 'Secret', { type: 'a' }, { type: 'b' }, { type: 'update' }],
  ];
  for (const [apiVersion, kind, olds, news, paths] of cases) {
    const found = diff(named(kind, olds, apiVersion), named(kind, news, apiVersion));
    t.same(found, { paths, deleteBeforeReplace: Object.values(paths).some((each) => each.endsWith('!')) }, kind);
  }
  const renamed = { ...named('ConfigMap', {}), metadata: { name: 'other', namespace: 'default' } };
  t.same(diff(named('ConfigMap', {}), renamed), { paths: { 'metadata.name': 'update!' }, deleteBeforeReplace: false });
  const moved = { ...named('ConfigMap', {}), metadata: { name: 'it', namespace: 'other' } };
  t.same(diff(named('ConfigMap', {}), moved).deleteBeforeReplace, false);
});

test('Secrets and ConfigMaps are changed where the provider is told so, unless they are immutable', async (t) => {
  const change = (kind: string, more: Properties = {}) =>
    diff(named(kind, { data: { k: 'YQ==' }, ...more }), named(kind, { data: { k: 'Yg==' }, ...more }), {
      secretMutable: true,
      configMapMutable: true,
    }).paths;
  for (const kind of ['Secret', 'ConfigMap']) {
    t.same(change(kind), { 'data.k': 'update' });
    t.same(change(kind, { immutable: true }), { 'data.k': 'update!' });
  }
});

test('the same thing written otherwise is no change', async (t) => {
  const same = (olds: Properties, news: Properties) => t.same(diff(olds, news).paths, {});
  same(named('Secret', { stringData: { k: 'a' } }), named('Secret', { data: { k: 'YQ==' } }));
  same(named('Secret', { data: { k: 'YQ==' } }), named('Secret', { data: { k: 'YQ==\n' } }));
  const { metadata: _metadata, ...bare } = named('ConfigMap', {});
  same(named('ConfigMap', {}), { ...bare, metadata: { name: 'it' } });
  const claim = (storage: string) => named('PersistentVolumeClaim', { spec: { resources: { requests: { storage } } } });
  same(claim('1Gi'), claim('1024Mi'));
  t.same(Object.keys(diff(claim('1Gi'), claim('1G')).paths).length, 1);
  const cluster = named('Namespace', {});
  same(cluster, { ...cluster, metadata: { name: 'it' } });
  const server = { ...named('ConfigMap', {}), metadata: { name: 'it', uid: 'x', resourceVersion: '1' } };
  same(server, named('ConfigMap', {}));
  t.same(diff(named('ConfigMap', {}), named('ConfigMap', { data: { k: UNKNOWN } })).paths, { data: 'add!' });
});

test('quantities mean what they mean', async (t) => {
  for (const [one, other] of [
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1Ki', '1024'],
    ['1e3', '1k'],
    ['2', 2],
  ] as const) {
    t.equal(isSameQuantity(one, other), true, `${one} = ${other}`);
  }
  for (const [one, other] of [
    ['1', '2'],
    ['1K', '1k'],
    ['a', 'a'],
    ['1Gi', '1G'],
    ['', '0'],
  ] as const) {
    t.equal(isSameQuantity(one, other), false, `${one} ≠ ${other}`);
  }
});

test('a live object in the shape of its inputs shows what drifted and nothing else', async (t) => {
  const live: Properties = { a: 1, b: { c: 2, d: 3 }, list: [{ x: 1, y: 2 }, { x: 3 }], filled: true };
  const inputs: Properties = { a: 0, b: { c: 2 }, list: [{ x: 1 }], labels: {}, gone: 'x' };
  t.same(pruneToInputs(live, inputs), { a: 1, b: { c: 2 }, list: [{ x: 1 }, { x: 3 }], labels: {} });
});

test('any inputs are no change of themselves, and normal after once', async (t) => {
  const value = fc.letrec<{ node: Properties[string] }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie('node'), { maxKeys: 3 }),
    ),
  })).node;
  const kinds = fc.constantFrom('Secret', 'ConfigMap', 'Deployment', 'CustomResourceDefinition');
  fc.assert(
    fc.property(kinds, fc.dictionary(fc.string(), value, { maxKeys: 4 }), (kind, rest) => {
      const inputs = named(kind, { ...rest, metadata: { name: 'it' } } as Properties);
      const once = normalizeInputs(inputs);
      t.strictSame(normalizeInputs(once), once);
      t.strictSame(diff(inputs, inputs).paths, {});
    }),
  );
});

test('the configuration means another cluster when its identifier does, or without one its server', async (t) => {
  const kubeconfig = (server: string, token = 't') =>
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster: { server } }],
      users: [{ name: 'u', user: { token } }],
    });
  const replaces = async (olds: Properties, news: Properties) => {
    const { changes } = await diffConfig(olds, news);
    return changes.filter((each) => each.replace).map((each) => each.path);
  };
  const [one, other, renewed] = [
    kubeconfig('https://one'),
    kubeconfig('https://other'),
    kubeconfig('https://one', 'u'),
  ];
  t.same(await replaces({ kubeconfig: one }, { kubeconfig: other }), ['kubeconfig']);
  t.same(await replaces({ kubeconfig: one }, { kubeconfig: renewed }), [], 'a new token is the same cluster');
  const identified = (text: string, clusterIdentifier: string) => ({ kubeconfig: text, clusterIdentifier });
  t.same(await replaces(identified(one, 'a'), identified(other, 'a')), []);
  t.same(await replaces(identified(one, 'a'), identified(one, 'b')), ['clusterIdentifier']);
  t.same(await replaces({ kubeconfig: one }, identified(one, 'a')), [], 'giving one changes nothing');
  t.same(await replaces({ kubeconfig: one }, { kubeconfig: UNKNOWN }), ['kubeconfig']);
  t.same(await replaces(identified(one, 'a'), identified('/is/gone', 'a')), []);
});

test('the configuration wins over the environment', async (t) => {
  t.match(readSettings({}, {}), { serverSideApply: true, upsert: false, deleteUnreachable: false });
  const environment = { PULUMI_K8S_DELETE_UNREACHABLE: 'true', PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY: 'false' };
  t.match(readSettings({}, environment), { deleteUnreachable: true, serverSideApply: false });
  t.match(readSettings({ deleteUnreachable: 'false' }, environment), { deleteUnreachable: false });
  t.match(readSettings({ upsertExistingObjects: true }, {}), { upsert: true });
});

test('what a create made becomes the applying manager’s, and status stays its controllers’', async (t) => {
  const own = { manager: 'mine', operation: 'Apply', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:a': {} } } };
  const made = {
    manager: 'pulumi-kubernetes',
    operation: 'Update',
    apiVersion: 'v1',
    fieldsV1: { 'f:data': { 'f:b': {} } },
  };
  const status = { ...made, subresource: 'status' };
  const other = { manager: 'other', operation: 'Update', fieldsV1: { 'f:spec': { 'f:taints': {} } } };
  const live = (...managedFields: Properties[]): Properties => ({ metadata: { resourceVersion: '7', managedFields } });
  const patch = planTakeOver(live(own, made, status, other), 'mine');
  const [first, ...rest] = patch?.[0]?.['value'] as Properties[];
  t.match(first, { manager: 'mine', operation: 'Apply' });
  t.same(first?.['fieldsV1'], { 'f:data': { 'f:a': {}, 'f:b': {} } });
  t.same(rest, [status, other]);
  t.match(patch?.[1], { path: '/metadata/resourceVersion', value: '7' });
  const edited = { ...other, manager: 'kubectl-edit' };
  t.equal(planTakeOver(live(own, edited), 'mine')?.length, 2, 'as does what somebody edited');
  t.equal(planTakeOver(live(own, status, other), 'mine'), undefined);
  t.equal(isOwnedByOthers(live(own, other), 'mine', ['spec', 'taints']), true);
  t.equal(isOwnedByOthers(live(own, other), 'other', ['spec', 'taints']), false);
  t.equal(isOwnedByOthers(live(own, other), 'mine', ['spec', 'none']), false, 'nobody owns it');
});

test('a state keeps secret what is, in outputs and in the inputs beside them', async (t) => {
  const secret = named('Secret', { data: { k: 'YQ==' } });
  const copied = {
    ...secret,
    metadata: { name: 'it', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'k' } },
  };
  t.equal(listSecretPlaces(copied).length, 2);
  const kept = { inputs: secret, apiVersion: 'v1', manager: 'm' };
  t.same(writeState(secret, kept, []).secrets, [['data'], ['__inputs', 'data']]);
  const pod = named('Pod', { spec: { containers: [{ env: [{ value: 'x' }] }] } });
  const state = writeState(pod, { ...kept, inputs: pod }, [['spec', 'containers', 0, 'env', 0, 'value']]);
  t.same(
    state.secrets,
    [
      ['spec', 'containers'],
      ['__inputs', 'spec', 'containers'],
    ],
    'the whole list, for its order is the server’s',
  );
});

test('a refusal is told in the words by which failures are told apart', async (t) => {
  const status = (code: number, reason: string, message: string) =>
    new ApiError(code, JSON.stringify({ kind: 'Status', reason, message })).message;
  t.equal(
    status(401, 'Unauthorized', 'Unauthorized'),
    'the server has asked for the client to provide credentials (Unauthorized)',
  );
  t.equal(status(409, 'AlreadyExists', 'secrets "it" already exists'), 'secrets "it" already exists (AlreadyExists)');
  t.match(new ApiError(502, '<html>').message, /status 502/);
  t.notMatch(new ApiError(502, '<html>words of a stranger').message, /stranger/);
});
