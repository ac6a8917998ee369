import { test } from 'tap';
import { assertMutable, diffCluster, layersTouched } from '../../services/domain/diff-cluster.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import type { ClusterDraft, ClusterRequest, ResolvedCluster } from '../../services/domain/cluster-spec.ts';
import { isFleetyardError } from '../../services/domain/errors.ts';
import { listRangeNeeds, placeCluster } from '../../services/domain/ranges.ts';
import { planRanges } from '../helpers/plan-ranges.ts';
import { type ClusterContext, resolveCluster, tryResolveCluster } from '../../services/domain/resolve-cluster.ts';
import { buildContext, buildRequest, catalogue, credentials, summarize } from './fixtures.ts';

type Provider = 'eks' | 'aks' | 'gke';

const pool = (changes: Partial<Schemas['NodePool']> = {}): Schemas['NodePool'] => ({
  name: 'general',
  machine: { cpu: 4, memoryGiB: 16 },
  count: { min: 3, max: 9 },
  ...changes,
});

function place(draft: ClusterDraft): ResolvedCluster {
  const claims = [{ pointer: '', provider: draft.provider, needs: listRangeNeeds(draft) }];
  const [ranges] = planRanges({ claims, pools: catalogue.ranges.defaultPools, taken: [], catalogue });
  return placeCluster(draft, ranges ?? []);
}

function faults(provider: Provider, changes: Partial<ClusterRequest>, context: Partial<ClusterContext> = {}): string[] {
  const resolution = tryResolveCluster(buildRequest(provider, changes), buildContext(provider, context));
  return 'details' in resolution ? summarize(resolution.details) : [];
}

test('a request resolves to zones, a machine, a version and open defaults', async (t) => {
  t.same(resolveCluster(buildRequest('eks'), buildContext('eks')), {
    schemaVersion: 1,
    name: 'web',
    provider: 'eks',
    region: 'eu-central-1',
    zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    credential: 'cr_aws',
    account: '111122223333',
    kubernetesVersion: '1.35',
    requestedVersion: null,
    labels: {},
    tags: {},
    access: { private: true, public: true, allowedCidrs: ['0.0.0.0/0'] },
    network: {},
    nodePools: [
      {
        name: 'general',
        machineType: 'm6i.xlarge',
        count: { min: 3, max: 9 },
        spot: false,
        zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
        labels: {},
        taints: [],
        machine: { cpu: 4, memoryGiB: 16 },
      },
    ],
    protect: false,
  });
});

test('each provider spells its version, machine and zones', async (t) => {
  const aks = resolveCluster(buildRequest('aks', { kubernetesVersion: '1.35' }), buildContext('aks'));
  t.match(aks.kubernetesVersion, /^1\.35\.\d+$/);
  t.equal(aks.nodePools[0]?.machineType, 'Standard_D4s_v5');
  t.same(aks.zones, ['1', '2', '3']);
  const gke = resolveCluster(buildRequest('gke', { kubernetesVersion: '1.36' }), buildContext('gke'));
  t.equal(gke.kubernetesVersion, '1.36');
  t.equal(gke.nodePools[0]?.machineType, 'e2-standard-4');
  t.same(gke.zones, ['europe-west1-b', 'europe-west1-c', 'europe-west1-d']);
});

test('a machine is the smallest that has at least what was asked', async (t) => {
  const choose = (provider: Provider, machine: Schemas['NodePool']['machine'], region?: string) =>
    resolveCluster(
      buildRequest(provider, {
        ...(region === undefined ? {} : { region }),
        nodePools: [pool(), pool({ name: 'wanted', ...(machine === undefined ? {} : { machine }) })],
      }),
      buildContext(provider),
    ).nodePools[1];
  const l4 = { type: 'nvidia-l4', count: 1 };
  t.match(choose('gke', { cpu: 8, memoryGiB: 30, accelerator: l4 }, 'asia-east1'), {
    machineType: 'g2-standard-8',
    accelerator: l4,
  });
  t.match(choose('eks', { cpu: 8, memoryGiB: 30, accelerator: l4 }), { machineType: 'g6.2xlarge', accelerator: l4 });
  t.match(choose('aks', { cpu: 4, memoryGiB: 16, accelerator: { type: 'nvidia-t4', count: 1 } }), {
    machineType: 'Standard_NC4as_T4_v3',
    accelerator: { type: 'nvidia-tesla-t4', count: 1 },
  });
  t.equal(choose('eks', { cpu: 2, memoryGiB: 16 })?.machineType, 'r6i.large');
  t.equal(choose('eks', { cpu: 3, memoryGiB: 5 })?.machineType, 'c6i.xlarge');
  t.equal(choose('gke', { cpu: 2, memoryGiB: 1 })?.machineType, 'e2-highcpu-2');
  t.notHas(choose('gke', { cpu: 8, memoryGiB: 30 }), 'accelerator', 'none without asking');
  t.match(choose('eks', { cpu: 1, memoryGiB: 1, accelerator: { type: 'nvidia-l4', count: 2 } }), {
    machineType: 'g6.12xlarge',
    accelerator: { type: 'nvidia-l4', count: 4 },
  });
});

test('a pool stands only in the zones that have its machine', async (t) => {
  const draft = resolveCluster(
    buildRequest('gke', {
      nodePools: [
        pool(),
        pool({ name: 'gpu', machine: { cpu: 4, memoryGiB: 16, accelerator: { type: 'nvidia-l4', count: 1 } } }),
      ],
    }),
    buildContext('gke'),
  );
  t.same(draft.nodePools[1]?.zones, ['europe-west1-b', 'europe-west1-c']);
});

test('a pool may bring the cluster a zone that the first three do not hold', async (t) => {
  const draft = resolveCluster(
    buildRequest('gke', {
      region: 'us-central1',
      nodePools: [pool(), pool({ name: 'far', zones: ['us-central1-f'] })],
    }),
    buildContext('gke'),
  );
  t.same(draft.zones, ['us-central1-a', 'us-central1-b', 'us-central1-c', 'us-central1-f']);
  t.same(draft.nodePools[1]?.zones, ['us-central1-f']);
});

test('a cluster spans the zones that it names', async (t) => {
  const draft = resolveCluster(buildRequest('eks', { zones: ['eu-central-1c', 'eu-central-1a'] }), buildContext('eks'));
  t.same(draft.zones, ['eu-central-1a', 'eu-central-1c']);
  t.same(draft.nodePools[0]?.zones, draft.zones);
  t.same(faults('eks', { zones: ['eu-central-1a'] }), ['/zones too-few-zones']);
  t.same(faults('eks', { zones: ['eu-central-1a', 'eu-west-1a'] }), ['/zones/1 unknown-zone']);
  t.same(
    faults('eks', { zones: ['eu-central-1a', 'eu-central-1b'], nodePools: [pool({ zones: ['eu-central-1c'] })] }),
    ['/nodePools/0/zones/0 contradiction'],
  );
});

const wrong: [string, Provider, Partial<ClusterRequest>, string[]][] = [
  ['an unknown region', 'eks', { region: 'eu-central-9' }, ['/region unknown-region']],
  ['no region', 'gke', { region: undefined as unknown as string }, ['/region required']],
  ['a region without zones', 'aks', { region: 'westus' }, ['/region region-without-zones']],
  ['an unknown version', 'eks', { kubernetesVersion: '1.99' }, ['/kubernetesVersion unknown-version']],
  ['a version out of support', 'gke', { kubernetesVersion: '1.34' }, ['/kubernetesVersion unsupported-version']],
  ['a version in paid support', 'eks', { kubernetesVersion: '1.33' }, ['/kubernetesVersion unsupported-version']],
  [
    'an unknown machine type',
    'eks',
    { nodePools: [{ name: 'a', machineType: 'm6i.mini', count: { min: 1, max: 1 } }] },
    ['/nodePools/0/machineType unknown-machine'],
  ],
  [
    'a machine larger than any',
    'eks',
    { nodePools: [pool({ machine: { cpu: 4, memoryGiB: 5000 } })] },
    ['/nodePools/0/machine/memoryGiB unknown-machine'],
  ],
  [
    'an unknown accelerator',
    'eks',
    {
      nodePools: [
        pool(),
        pool({ name: 'gpu', machine: { cpu: 1, memoryGiB: 1, accelerator: { type: 'nvidia-l5', count: 1 } } }),
      ],
    },
    ['/nodePools/1/machine/accelerator/type unknown-machine'],
  ],
  [
    'an accelerator that the region lacks',
    'gke',
    {
      region: 'europe-west10',
      nodePools: [
        pool(),
        pool({ name: 'gpu', machine: { cpu: 1, memoryGiB: 1, accelerator: { type: 'nvidia-l4', count: 1 } } }),
      ],
    },
    ['/nodePools/1/machine/accelerator unknown-machine'],
  ],
  [
    'neither machine nor machineType',
    'eks',
    { nodePools: [{ name: 'a', count: { min: 1, max: 1 } }] },
    ['/nodePools/0 required'],
  ],
  [
    'both machine and machineType',
    'eks',
    { nodePools: [pool({ machineType: 'm6i.xlarge' })] },
    ['/nodePools/0/machineType contradiction'],
  ],
  [
    'min over max',
    'eks',
    { nodePools: [pool({ count: { min: 4, max: 3 } })] },
    ['/nodePools/0/count/min count-invalid'],
  ],
  [
    'no count',
    'eks',
    { nodePools: [{ name: 'a', machine: { cpu: 1, memoryGiB: 1 } }] },
    ['/nodePools system-pool', '/nodePools/0/count required'],
  ],
  [
    'a pool that may never have a node',
    'eks',
    { nodePools: [pool(), pool({ name: 'none', count: { min: 0, max: 0 } })] },
    ['/nodePools/1/count/max count-invalid'],
  ],
  [
    'more nodes than a pool holds',
    'eks',
    { nodePools: [pool({ count: { min: 1, max: 451 } })] },
    ['/nodePools/0/count/max count-invalid'],
  ],
  ['two pools of one name', 'gke', { nodePools: [pool(), pool()] }, ['/nodePools/1/name duplicate']],
  [
    'a pool name that AKS refuses',
    'aks',
    { nodePools: [pool({ name: 'general-purpose' })] },
    ['/nodePools/0/name name-invalid'],
  ],
  [
    'a zone of another region',
    'eks',
    { nodePools: [pool({ zones: ['eu-west-1a'] })] },
    ['/nodePools/0/zones/0 unknown-zone'],
  ],
  ['no pools', 'eks', { nodePools: [] }, ['/nodePools required']],
  ['only spot machines on AKS', 'aks', { nodePools: [pool({ spot: true })] }, ['/nodePools system-pool']],
  ['no node to start with', 'gke', { nodePools: [pool({ count: { min: 0, max: 3 } })] }, ['/nodePools system-pool']],
  [
    'only tainted pools',
    'eks',
    { nodePools: [pool({ taints: [{ key: 'a', effect: 'NoSchedule' }] })] },
    ['/nodePools system-pool'],
  ],
  [
    'no way to the API server',
    'eks',
    { access: { private: false, public: false } },
    ['/access/private access-invalid'],
  ],
  [
    'allowed ranges without public access',
    'gke',
    { access: { public: false, allowedCidrs: ['203.0.113.0/24'] } },
    ['/access/allowedCidrs access-invalid'],
  ],
  [
    'allowed ranges that are none',
    'aks',
    { access: { allowedCidrs: ['203.0.113.5/24', '10.0.0.0/8'] } },
    ['/access/allowedCidrs/0 access-invalid', '/access/allowedCidrs/1 access-invalid'],
  ],
  ['a name that looks like an id', 'eks', { name: 'cl_web' }, ['/name name-invalid']],
  ['a name longer than a member may have', 'eks', { name: 'x'.repeat(49) }, ['/name name-invalid']],
  [
    'labels that Kubernetes refuses',
    'eks',
    { labels: { 'a b': 'x', tier: 'no spaces here' } },
    ['/labels/a b label-invalid', '/labels/tier label-invalid'],
  ],
  [
    'labels that Kubernetes keeps',
    'gke',
    { nodePools: [pool({ labels: { 'kubernetes.io/os': 'linux', 'cloud.google.com/x': 'y' } })] },
    ['/nodePools/0/labels/cloud.google.com~1x label-invalid', '/nodePools/0/labels/kubernetes.io~1os label-invalid'],
  ],
  [
    'the same taint twice',
    'eks',
    {
      nodePools: [
        pool(),
        pool({
          name: 'b',
          taints: [
            { key: 'a', effect: 'NoSchedule' },
            { key: 'a', value: 'x', effect: 'NoSchedule' },
          ],
        }),
      ],
    },
    ['/nodePools/1/taints/1 duplicate'],
  ],
  [
    'tags that the provider or Fleetyard keeps',
    'gke',
    { tags: { Team: 'x', 'fleetyard-cluster': 'y' } },
    ['/tags/Team tag-invalid', '/tags/fleetyard-cluster tag-invalid'],
  ],
  [
    'a range that the provider refuses',
    'aks',
    { network: { serviceCidr: '172.30.0.0/16' } },
    ['/network/serviceCidr range-invalid'],
  ],
  [
    'a range too small for the nodes',
    'aks',
    { network: { podCidr: '10.0.0.0/22' } },
    ['/network/podCidr range-invalid'],
  ],
  [
    'more nodes than any range of pods serves',
    'eks',
    { nodePools: [1, 2, 3].map((n) => pool({ name: `p${n}`, count: { min: 1, max: 400 } })) },
    ['/nodePools too-many'],
  ],
];

for (const [what, provider, changes, expected] of wrong) {
  test(`refused on ${provider}: ${what}`, async (t) => {
    t.same(faults(provider, changes), expected);
  });
}

test('every fault is told at once, and known things near to it are offered', async (t) => {
  const request = buildRequest('eks', {
    name: 'Web',
    region: 'eu-centrel-1',
    kubernetesVersion: '1.3',
    access: { public: false, private: false },
  });
  try {
    resolveCluster(request, buildContext('eks'));
    t.fail('nothing was thrown');
  } catch (error) {
    t.ok(isFleetyardError(error, 'validation'));
    const details = isFleetyardError(error) ? error.details : [];
    t.same(summarize(details), [
      '/access/private access-invalid',
      '/kubernetesVersion unknown-version',
      '/name name-invalid',
      '/region unknown-region',
    ]);
    t.match(details.find(({ pointer }) => pointer === '/region')?.message, /Did you mean eu-central-1/);
    t.match(details.find(({ pointer }) => pointer === '/kubernetesVersion')?.message, /Did you mean 1\.3/);
  }
});

test('a credential has to be there and to fit the provider', async (t) => {
  t.same(faults('eks', {}, { credential: undefined }), ['/credential unknown-credential']);
  t.same(faults('eks', {}, { credential: credentials.gke }), ['/credential credential-mismatch']);
  t.throws(() => resolveCluster(buildRequest('eks'), buildContext('eks', { credential: credentials.gke })), {
    code: 'credential-mismatch',
  });
});

test('what is not built is named together with what is wrong', async (t) => {
  t.same(faults('eks', { addons: ['cilium'], ttl: '72h', region: 'nowhere-at-all' }), [
    '/addons not-built-yet',
    '/region unknown-region',
    '/ttl not-built-yet',
  ]);
  t.throws(() => resolveCluster(buildRequest('eks', { ttl: '72h', region: 'x' }), buildContext('eks')), {
    code: 'not-built-yet',
  });
});

for (const provider of ['eks', 'aks', 'gke'] as const) {
  test(`the same request of ${provider} resolves to what stands, though the catalogue moved on`, async (t) => {
    const request = buildRequest(provider, { kubernetesVersion: '1.35' });
    const standing = place(resolveCluster(request, buildContext(provider)));
    const moved = structuredClone(catalogue);
    moved.versions[provider] = [{ minor: '1.40', exact: ['1.40'], standardUntil: '2030-01-01', default: true }];
    moved.machines[provider] = [
      { name: 'new', cpu: 4, memoryGiB: 16, family: 'new', purpose: 'general', byNameOnly: false },
    ];
    for (const region of moved.regions[provider]) region.zones.reverse();
    const again = resolveCluster(request, {
      ...buildContext(provider),
      catalogue: moved,
      previous: standing,
      now: new Date('2029-06-01'),
    });
    t.same(again, standing);
    t.same(diffCluster(standing, again).changed, []);
  });
}

test('a change is named by pointers, and only what changed', async (t) => {
  const standing = place(resolveCluster(buildRequest('eks'), buildContext('eks')));
  const change = (changes: Partial<ClusterRequest>) =>
    diffCluster(standing, resolveCluster(buildRequest('eks', changes), buildContext('eks', { previous: standing })));
  t.same(change({}), { changed: [], immutable: [] });
  t.same(change({ nodePools: [pool({ count: { min: 3, max: 12 } })] }).changed, ['/nodePools/0/count']);
  t.same(change({ nodePools: [pool(), pool({ name: 'more' })] }).changed, ['/nodePools/1']);
  t.same(change({ nodePools: [pool({ name: 'other' })] }).changed, ['/nodePools', '/nodePools/0']);
  t.same(change({ labels: { a: 'b' }, protect: true, access: { allowedCidrs: ['203.0.113.0/24'] } }).changed, [
    '/access/allowedCidrs',
    '/labels',
    '/protect',
  ]);
  t.same(change({ kubernetesVersion: '1.36' }).changed, ['/kubernetesVersion', '/requestedVersion']);
});

test('taints of a member are completed, told apart, and a matter of the membership alone', async (t) => {
  const context = buildContext('eks');
  const standing = place(resolveCluster(buildRequest('eks'), context));
  t.notOk('memberTaints' in standing, 'what has none is stored as ever');
  const memberTaints = [{ key: 'only', effect: 'NoSchedule' as const }];
  const next = resolveCluster(buildRequest('eks', { memberTaints }), buildContext('eks', { previous: standing }));
  t.strictSame(next.memberTaints, [{ key: 'only', value: '', effect: 'NoSchedule' }]);
  const { changed } = diffCluster(standing, next);
  t.same(changed, ['/memberTaints']);
  t.same(layersTouched(changed), ['membership']);
  const wrong = [...memberTaints, ...memberTaints, { key: 'fleetyard.io/leaving', effect: 'NoExecute' as const }];
  const { details } = tryResolveCluster(buildRequest('eks', { memberTaints: wrong }), context) as {
    details: { pointer: string }[];
  };
  t.same(
    details.map(({ pointer }) => pointer),
    ['/memberTaints/1', '/memberTaints/2'],
  );
});

test('hardening 16: nobody opens an API server to the world without saying so', async (t) => {
  const resolve = (access: ClusterRequest['access'], context: Partial<ClusterContext> = {}) =>
    resolveCluster(buildRequest('eks', access === undefined ? {} : { access }), buildContext('eks', context)).access;
  const silent = { defaultAllowedCidrs: [] };
  for (const access of [undefined, {}, { public: true }, { allowedCidrs: [] }]) {
    t.throws(() => resolve(access, silent), {
      code: 'validation',
      details: [{ pointer: '/access/allowedCidrs', code: 'access-invalid', message: /0\.0\.0\.0\/0 for everybody/ }],
    });
  }
  t.same(resolve({ allowedCidrs: ['0.0.0.0/0'] }, silent).allowedCidrs, ['0.0.0.0/0'], 'said');
  t.same(resolve({ allowedCidrs: ['203.0.113.0/24'] }).allowedCidrs, ['203.0.113.0/24'], 'before the default');
  t.same(resolve({ public: false }, silent), { private: true, public: false, allowedCidrs: [] }, 'or private');
  t.same(resolve({}, { defaultAllowedCidrs: ['198.51.100.0/24'] }).allowedCidrs, ['198.51.100.0/24']);
  const standing = (access: ClusterContext['previous'] extends undefined ? never : object) =>
    place({ ...resolveCluster(buildRequest('eks'), buildContext('eks')), access } as never);
  const bounded = standing({ private: true, public: true, allowedCidrs: ['203.0.113.0/24'] });
  t.same(resolve({}, { previous: bounded }).allowedCidrs, ['203.0.113.0/24'], 'what is no longer said is not opened');
  const old = standing({ private: true, public: true, allowedCidrs: [] });
  t.same(resolve({}, { ...silent, previous: old }).allowedCidrs, [], 'clusters of old stay as they are');
  const closed = standing({ private: true, public: false, allowedCidrs: [] });
  t.throws(() => resolve({}, { ...silent, previous: closed }), { code: 'validation' }, 'opening is said anew');
});

test('what a cluster is made of for life is told apart', async (t) => {
  const standing = place(resolveCluster(buildRequest('eks'), buildContext('eks')));
  const immutable = (changes: Partial<ClusterRequest>, context: Partial<ClusterContext> = {}) =>
    diffCluster(
      standing,
      resolveCluster(buildRequest('eks', changes), buildContext('eks', { ...context, previous: standing })),
    ).immutable;
  const other = { ...credentials.eks, id: 'cr_other', name: 'other' } as const;
  t.same(immutable({}, { credential: other }), [], 'another credential of the same account');
  t.same(immutable({}, { credential: { ...other, account: '999' } }), ['/credential']);
  t.same(immutable({ network: { podCidr: '100.127.0.0/18' } }), ['/network/podCidr']);
  t.same(immutable({ zones: ['eu-central-1a', 'eu-central-1b'] }), ['/zones']);
  t.same(immutable({ nodePools: [pool({ machine: { cpu: 8, memoryGiB: 32 } })] }), ['/nodePools/0/machineType']);
  t.same(immutable({ nodePools: [pool(), pool({ name: 'b', spot: true })] }), [], 'a new pool is free');
  t.throws(
    () => {
      assertMutable({ changed: ['/region'], immutable: ['/region'] });
    },
    { code: 'immutable-field' },
  );
});

test('a version goes up by one minor at most, and never down', async (t) => {
  const standing = place(resolveCluster(buildRequest('eks', { kubernetesVersion: '1.34' }), buildContext('eks')));
  t.same(faults('eks', { kubernetesVersion: '1.35' }, { previous: standing }), []);
  t.same(faults('eks', { kubernetesVersion: '1.36' }, { previous: standing }), ['/kubernetesVersion version-step']);
  const newer = { ...standing, kubernetesVersion: '1.36', requestedVersion: '1.36' };
  t.same(faults('eks', { kubernetesVersion: '1.35' }, { previous: newer }), ['/kubernetesVersion version-step']);
});

test('a pool cannot outgrow the range of pods that the cluster has', async (t) => {
  const standing = place(resolveCluster(buildRequest('aks'), buildContext('aks')));
  t.equal(standing.network.podCidr, '100.64.0.0/20');
  t.same(faults('aks', { nodePools: [pool({ count: { min: 3, max: 15 } })] }, { previous: standing }), [
    '/nodePools too-many',
  ]);
});

test('a smaller range of services is cut where it is asked for', async (t) => {
  const draft = resolveCluster(buildRequest('aks', { network: { servicePrefix: 27 } }), buildContext('aks'));
  const prefixOfServices = (of: ClusterDraft) => listRangeNeeds(of).find(({ role }) => role === 'services')?.prefix;
  t.equal(prefixOfServices(resolveCluster(buildRequest('aks'), buildContext('aks'))), 20, 'a /20 when nothing is said');
  t.equal(prefixOfServices(draft), 27);
  const previous = place(draft);
  t.match(previous.network.serviceCidr, /\/27$/);
  t.same(Object.keys(previous.network), ['nodeCidr', 'podCidr', 'serviceCidr'], 'only the range is stored');
  for (const network of [{ servicePrefix: 27 }, {}]) {
    const again = resolveCluster(buildRequest('aks', { network }), buildContext('aks', { previous }));
    t.same(again, previous, 'the same again, or nothing, is no change');
  }
  const pointer = '/network/servicePrefix';
  t.same(faults('aks', { network: { servicePrefix: 24 } }, { previous }), [`${pointer} immutable-field`]);
  t.same(faults('aks', { network: { servicePrefix: 24, serviceCidr: '10.128.0.0/24' } }), [`${pointer} contradiction`]);
  t.same(faults('eks', { network: { servicePrefix: 25 } }), [`${pointer} range-invalid`], 'EKS takes none so small');
  t.same(faults('gke', { network: { servicePrefix: 27 } }), []);
});
