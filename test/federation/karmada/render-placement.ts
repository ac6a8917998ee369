// What a Karmada hub is told of a placement, shape by shape.
import { test } from 'tap';
import type { PlacementDocument } from '../../../services/domain/placements/placement-document.ts';
import { holds } from '../../../services/federation/karmada/keep-placement.ts';
import { renderPlacement } from '../../../services/federation/karmada/render-placement.ts';
import { fourMembers } from '../../helpers/placeable-members.ts';

const id = 'pt_01k2m3n4p5q6r7s8t9v0w1x2y3';
const render = (changes: Partial<PlacementDocument> = {}) => {
  const select = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'orders', labels: { app: 'x' } };
  return renderPlacement({ id, name: 'orders', document: { name: 'orders', select, ...changes } }, fourMembers);
};
const place = (changes: Partial<PlacementDocument>) => (render(changes)[0]?.spec as { placement: unknown }).placement;

test('the policy selects what the placement does, and says whose it is', async (t) => {
  const [policy, ...rest] = render();
  t.same(rest, [], 'without overrides there is no policy of overrides');
  t.match(policy, {
    kind: 'ClusterPropagationPolicy',
    metadata: { name: 'fleetyard-orders-t9v0w1x2y3', labels: { 'fleetyard.io/placement': id } },
    spec: {
      propagateDeps: true,
      resourceSelectors: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'orders',
          labelSelector: { matchLabels: { app: 'x' } },
        },
      ],
    },
  });
  t.same(place({}), { clusterAffinity: {}, replicaScheduling: { replicaSchedulingType: 'Duplicated' } });
});

test('affinities become selectors of the hub', async (t) => {
  t.match(
    place({
      affinity: { tier: 'cloud' },
      exclude: { stage: 'test' },
      within: { providers: ['eks'], regions: ['eu-central-1'], clusters: ['one'] },
      without: { clusters: ['two'], providers: ['gke'] },
    }),
    {
      clusterAffinity: {
        labelSelector: {
          matchLabels: { tier: 'cloud' },
          matchExpressions: [{ key: 'stage', operator: 'NotIn', values: ['test'] }],
        },
        fieldSelector: {
          matchExpressions: [
            { key: 'provider', operator: 'In', values: ['eks'] },
            { key: 'region', operator: 'In', values: ['eu-central-1'] },
            { key: 'provider', operator: 'NotIn', values: ['gke'] },
          ],
        },
        clusterNames: ['one-at-hub'],
        exclude: ['two-at-hub'],
      },
    },
  );
});

test('replicas are divided in four ways', async (t) => {
  const divide = (replicas: PlacementDocument['replicas']) =>
    (place(replicas === undefined ? {} : { replicas }) as { replicaScheduling: unknown }).replicaScheduling;
  const divided = { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' };
  t.same(divide({ divide: 'duplicated' }), { replicaSchedulingType: 'Duplicated' });
  t.same(divide({ divide: 'weighted' }), divided);
  t.same(divide({ divide: 'weighted', weights: { one: 2, two: 0 } }), {
    ...divided,
    weightPreference: { staticWeightList: [{ targetCluster: { clusterNames: ['one-at-hub'] }, weight: 2 }] },
  });
  t.same(divide({ divide: 'dynamic' }), { ...divided, weightPreference: { dynamicWeight: 'AvailableReplicas' } });
  t.same(divide({ divide: 'aggregated' }), {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Aggregated',
  });
});

test('a spread by region needs one by cluster; one by provider becomes sets of clusters', async (t) => {
  const dynamic = { divide: 'dynamic' } as const;
  t.match(place({ spread: { by: 'region', min: 2, max: 3 }, replicas: dynamic }), {
    spreadConstraints: [
      { spreadByField: 'region', minGroups: 2, maxGroups: 3 },
      { spreadByField: 'cluster', minGroups: 2 },
    ],
  });
  t.match(place({ spread: { by: 'provider', max: 2 } }), {
    clusterAffinities: [
      { affinityName: 'first', clusterNames: ['one-at-hub', 'three-at-hub', 'four-at-hub'] },
      { affinityName: 'standby-1', clusterNames: ['two-at-hub'] },
    ],
  });
});

test('failover is a time and an order', async (t) => {
  const placed = place({
    failover: { after: '2m', order: ['two', 'one'] },
    tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoExecute', seconds: 5 }],
  });
  t.match(placed, {
    clusterAffinities: [
      { clusterNames: ['two-at-hub'] },
      { clusterNames: ['one-at-hub'] },
      { clusterNames: ['three-at-hub', 'four-at-hub'] },
    ],
    clusterTolerations: [
      { key: 'spot', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
      { key: 'cluster.karmada.io/not-ready', effect: 'NoExecute', tolerationSeconds: 120 },
      { key: 'cluster.karmada.io/unreachable', effect: 'NoExecute', tolerationSeconds: 120 },
    ],
  });
});

test('overrides become rules, each for its clusters', async (t) => {
  const [, policy] = render({
    overrides: [
      { targets: { providers: ['aks'], labels: { tier: 'cloud' } }, imageRegistry: 'mirror.example' },
      { args: [{ container: 'x', add: ['--b'], remove: ['--a'] }], labels: { a: 'b' } },
      { targets: { clusters: ['one'] }, patches: [{ op: 'replace', path: '/spec/paused', value: true }] },
    ],
  });
  t.equal(policy?.kind, 'ClusterOverridePolicy');
  t.same(policy?.spec['overrideRules'], [
    {
      targetCluster: {
        labelSelector: { matchLabels: { tier: 'cloud' } },
        fieldSelector: { matchExpressions: [{ key: 'provider', operator: 'In', values: ['aks'] }] },
      },
      overriders: { imageOverrider: [{ component: 'Registry', operator: 'replace', value: 'mirror.example' }] },
    },
    {
      overriders: {
        argsOverrider: [
          { containerName: 'x', operator: 'remove', value: ['--a'] },
          { containerName: 'x', operator: 'add', value: ['--b'] },
        ],
        labelsOverrider: [{ operator: 'add', value: { a: 'b' } }],
      },
    },
    {
      targetCluster: { clusterNames: ['one-at-hub'] },
      overriders: { plaintext: [{ operator: 'replace', path: '/spec/paused', value: true }] },
    },
  ]);
});

test('defaults of the hub are no drift, and what changes the choice is', async (t) => {
  const spec = render({ affinity: { tier: 'cloud' }, failover: { after: '5s' } })[0]?.spec ?? {};
  const placement = spec['placement'] as Record<string, unknown>;
  const tolerations = placement['clusterTolerations'] as unknown[];
  const found = (changes: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    holds({ ...spec, ...more, placement: { ...placement, ...changes } }, spec);
  t.ok(found({}, { priority: 0, conflictResolution: 'Abort', schedulerName: 'default-scheduler' }));
  t.ok(found({ clusterTolerations: [...tolerations, { key: 'added' }] }));
  t.notOk(found({ clusterTolerations: tolerations.slice(1) }));
  t.notOk(found({ spreadConstraints: [{ spreadByField: 'cluster' }] }));
  t.notOk(found({}, { suspension: { dispatching: true } }));
  t.notOk(found({ clusterAffinity: { labelSelector: { matchLabels: { tier: 'cloud', more: 'x' } } } }));
  t.notOk(found({ clusterAffinity: {} }));
});
