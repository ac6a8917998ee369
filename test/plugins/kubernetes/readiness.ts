// When objects count as ready, on objects as controllers leave them.
import { test } from 'tap';
import type { Properties } from '../../../plugins/kit/values.ts';
import { findReadRule, findRule } from '../../../plugins/kubernetes/readiness/rules.ts';
import type { Finding, Look } from '../../../plugins/kubernetes/readiness/rule.ts';

const alone: Look = { find: async () => undefined, waited: 0, updated: false };

async function judge(object: Properties, look: Partial<Look> = {}): Promise<Finding> {
  const rule = findRule(object);
  if (!rule) throw new Error('nobody waits for this object');
  return rule.judge(object, { ...alone, ...look });
}

const deployment = (status: Properties, spec: Properties = { replicas: 2 }): Properties => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'it', generation: 3 },
  spec,
  status: { observedGeneration: 3, ...status },
});

test('a Deployment is ready when every pod is of the newest template and available, and no other is left', async (t) => {
  const full = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  t.match(await judge(deployment(full)), { ready: true });
  t.match(await judge(deployment({ ...full, observedGeneration: 2 })), { ready: false, reasons: [/not seen/] });
  t.match(await judge(deployment({ ...full, updatedReplicas: 1 })), { ready: false, reasons: [/1 of 2 pods are of/] });
  t.match(await judge(deployment({ ...full, replicas: 3 })), { ready: false, reasons: [/1 pods of an older/] });
  t.match(await judge(deployment({}, { replicas: 0 })), { ready: true }, 'zeros are left out by the server');
  const conditions = [
    { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'does not have minimum' },
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota exceeded' },
    { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: 'fine' },
  ];
  const short = await judge(deployment({ replicas: 2, updatedReplicas: 2, conditions }));
  t.same(short, {
    ready: false,
    reasons: [
      '0 of 2 pods are available',
      '[MinimumReplicasUnavailable] does not have minimum',
      '[FailedCreate] quota exceeded',
    ],
  });
});

test('StatefulSets and DaemonSets are ready as their strategy wants', async (t) => {
  const set = (spec: Properties, status: Properties): Properties => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'it', generation: 1 },
    spec: { replicas: 3, ...spec },
    status: { observedGeneration: 1, ...status },
  });
  t.match(await judge(set({}, { readyReplicas: 3, updatedReplicas: 3 })), { ready: true });
  t.match(await judge(set({}, { readyReplicas: 3, updatedReplicas: 2 })), { ready: false });
  const partition = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
  t.match(await judge(set(partition, { readyReplicas: 3, updatedReplicas: 2 })), { ready: true });
  t.match(await judge(set({ updateStrategy: { type: 'OnDelete' } }, { readyReplicas: 3 })), { ready: true });
  const daemon = (status: Properties): Properties => ({
    ...set({}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, ...status }),
    kind: 'DaemonSet',
  });
  t.match(await judge(daemon({ numberAvailable: 2 })), { ready: true });
  t.match(await judge(daemon({ numberAvailable: 1 })), { ready: false, reasons: [/1 of 2/] });
});

test('a Job is waited for to its end, and one that gave up ends the wait', async (t) => {
  const job = (status: Properties): Properties => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: {}, status });
  t.match(await judge(job({ active: 1 })), { ready: false, reasons: [/1 pods are at work/] });
  t.match(await judge(job({ conditions: [{ type: 'Complete', status: 'True' }] })), { ready: true });
  const failed = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'too many' };
  const finding = await judge(job({ conditions: [failed] }));
  t.same(finding, { ready: false, failed: true, reasons: ['[BackoffLimitExceeded] too many'] });
});

test('a Pod says what keeps its containers from running', async (t) => {
  const pod = (status: Properties): Properties => ({ apiVersion: 'v1', kind: 'Pod', metadata: {}, status });
  t.match(await judge(pod({ phase: 'Succeeded' })), { ready: true });
  t.match(await judge(pod({ conditions: [{ type: 'Ready', status: 'True' }] })), { ready: true });
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' };
  const usual = { name: 'b', state: { waiting: { reason: 'ContainerCreating' } } };
  const unscheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' };
  const containerStatuses = [{ name: 'a', state: { waiting } }, usual];
  t.same((await judge(pod({ conditions: [unscheduled], containerStatuses }))).reasons, [
    '[Unschedulable] 0/3 nodes',
    'container "a": [ImagePullBackOff] Back-off pulling image "x"',
  ]);
});

test('a Service is ready when its pods are; one without any only after a while', async (t) => {
  const service = (spec: Properties, status: Properties = {}): Properties => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'it', namespace: 'default' },
    spec,
    status,
  });
  const selector = { app: 'it' };
  const endpoints = (subset: Properties): Partial<Look> => ({ find: async () => ({ subsets: [subset] }) });
  t.match(await judge(service({ clusterIP: 'None', selector })), { ready: true });
  t.match(await judge(service({ type: 'ExternalName' })), { ready: true });
  t.match(await judge(service({})), { ready: true }, 'nothing is selected');
  t.match(await judge(service({ selector }), endpoints({ addresses: [{ ip: '1' }] })), { ready: true });
  const pending = { addresses: [{ ip: '1' }], notReadyAddresses: [{ ip: '2' }] };
  t.match(await judge(service({ selector }), endpoints(pending)), { ready: false, reasons: [/1 of its pods/] });
  t.match(await judge(service({ selector })), { ready: false, reasons: [/does not target any Pods/] });
  t.match(await judge(service({ selector }), { waited: 10_000 }), { ready: true });
  const balanced = service({ type: 'LoadBalancer', selector });
  t.match(await judge(balanced, { waited: 20_000 }), { ready: false, reasons: [/not allocated an IP/] });
});

test('a claim is bound, or waits for its pod as its class wants', async (t) => {
  const claim = (phase: string): Properties => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {},
    spec: { storageClassName: 'slow' },
    status: { phase },
  });
  const storage = (mode: string): Partial<Look> => ({ find: async () => ({ volumeBindingMode: mode }) });
  t.match(await judge(claim('Bound')), { ready: true });
  t.match(await judge(claim('Pending'), storage('WaitForFirstConsumer')), { ready: true });
  t.match(await judge(claim('Pending'), storage('Immediate')), { ready: false, reasons: [/"slow"/] });
});

test('other kinds: namespaces, volumes, quotas, tokens', async (t) => {
  const space: Properties = { apiVersion: 'v1', kind: 'Namespace', metadata: {}, status: { phase: 'Terminating' } };
  t.match(await judge(space), { ready: false, reasons: [/Terminating/] });
  const quota = (hard: Properties): Properties => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    spec: { hard: { pods: '1' } },
    status: { hard },
  });
  t.match(await judge(quota({ pods: '1' })), { ready: true });
  t.match(await judge(quota({})), { ready: false });
  const secret = (type: string, data: Properties): Properties => ({ apiVersion: 'v1', kind: 'Secret', type, data });
  t.match(await judge(secret('Opaque', {})), { ready: true });
  t.match(await judge(secret('kubernetes.io/service-account-token', {})), { ready: false });
  t.match(await judge(secret('kubernetes.io/service-account-token', { token: 'x' })), { ready: true });
});

test('nobody waits where an annotation says so, nor for kinds that nobody knows', async (t) => {
  const annotations = { 'pulumi.com/skipAwait': 'true' };
  t.equal(findRule({ ...deployment({}), metadata: { annotations } }), undefined);
  t.equal(findReadRule({ ...deployment({}), metadata: { annotations } }), undefined);
  t.equal(findRule({ apiVersion: 'cluster.karmada.io/v1alpha1', kind: 'Cluster' }), undefined);
  t.equal(findReadRule({ apiVersion: 'v1', kind: 'Secret' }), undefined, 'a refresh does not look at a Secret');
});

test('an annotation names conditions of the user’s own', async (t) => {
  const object = (waitFor: string, rest: Properties = {}): Properties => ({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { annotations: { 'pulumi.com/waitFor': waitFor } },
    ...rest,
  });
  const ready: Properties = {
    status: { phase: 'Up', ports: [{ port: 80 }], conditions: [{ type: 'Ready', status: 'True' }] },
  };
  for (const text of [
    'condition=Ready',
    'condition=Ready=true',
    'jsonpath={.status.phase}=Up',
    'jsonpath={.status.phase}',
    'jsonpath={.status.ports[0].port}=80',
    '["condition=Ready", "jsonpath={.status.phase}=Up"]',
  ]) {
    t.match(await judge(object(text, ready)), { ready: true }, text);
    t.match(await judge(object(text)), { ready: false }, text);
  }
  t.match(await judge(object('jsonpath={.status.phase}=Down', ready)), { reasons: [/to be "Down"/] });
  for (const text of ['Ready', '[]', 'jsonpath={.a[*]}', 'jsonpath=.a'])
    t.throws(() => findRule(object(text)), Error, text);
});
