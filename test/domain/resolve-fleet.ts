import { test } from 'tap';
import type { ClusterRequest, ResolvedCluster } from '../../services/domain/cluster-spec.ts';
import { isFleetyardError } from '../../services/domain/errors.ts';
import type { FleetRequest } from '../../services/domain/fleet-spec.ts';
import { locatePointer, mergeDefaults } from '../../services/domain/merge-defaults.ts';
import { listRangeNeeds, placeCluster } from '../../services/domain/ranges.ts';
import { planRanges } from '../helpers/plan-ranges.ts';
import type { ExistingMember, FleetContext } from '../../services/domain/resolve-fleet.ts';
import { resolveFleet } from '../helpers/resolve-fleet.ts';
import { buildRequest, catalogue, credentials, defaultAllowedCidrs, now, summarize } from './fixtures.ts';

const hub = { id: 'cr_hub', name: 'hub', cloud: 'kubernetes', account: 'hub' } as const;
const context: FleetContext = {
  catalogue,
  defaultAllowedCidrs,
  now,
  findCredential: (name) => [...Object.values(credentials), hub].find((each) => each.name === name || each.id === name),
};

const document = (changes: Partial<FleetRequest> = {}): FleetRequest => ({
  name: 'shop',
  federation: { engine: 'karmada', hub: { credential: 'hub' } },
  network: { pools: { nodes: '10.0.0.0/10' } },
  defaults: { kubernetesVersion: '1.35', labels: { stage: 'live' }, tags: { team: 'shop' } },
  clusters: [
    buildRequest('eks', { name: 'one', labels: { tier: 'web' } }),
    buildRequest('aks', { name: 'two' }),
    buildRequest('gke', { name: 'three', kubernetesVersion: '1.36', labels: { stage: 'test' } }),
  ],
  ...changes,
});

/** Makes everything that a document asks for, as if it stood. */
function standUp(request: FleetRequest): ExistingMember[] {
  const drafts = resolveFleet(request, [], context).members.flatMap((member) =>
    member.action === 'create' ? [member.draft] : [],
  );
  const claims = drafts.map((draft, index) => ({
    pointer: `/clusters/${index}`,
    provider: draft.provider,
    needs: listRangeNeeds(draft),
  }));
  const ranges = planRanges({ claims, pools: catalogue.ranges.defaultPools, taken: [], catalogue });
  return drafts.map((draft, index) => ({
    id: `cl_${draft.name}`,
    name: draft.name,
    spec: placeCluster(draft, ranges[index] ?? []),
  }));
}

function catchDetails(run: () => unknown): { code: string; details: string[] } {
  try {
    run();
  } catch (error) {
    if (isFleetyardError(error)) return { code: error.code, details: summarize(error.details) };
    throw error;
  }
  return { code: '', details: [] };
}

test('defaults: lists are united, maps merged, scalars overridden', async (t) => {
  const cluster: ClusterRequest = {
    ...buildRequest('eks'),
    kubernetesVersion: '1.36',
    labels: { b: 'cluster', c: 'cluster' },
    access: { public: false, allowedCidrs: ['203.0.113.0/24', '198.51.100.0/24'] },
    addons: ['velero', { name: 'cilium', values: { mesh: true } }],
  };
  const merged = mergeDefaults(
    {
      kubernetesVersion: '1.35',
      labels: { a: 'default', b: 'default' },
      access: { private: true, public: true, allowedCidrs: ['192.0.2.0/24', '203.0.113.0/24'] },
      addons: [{ name: 'cilium', version: '1.20.1', values: { hubble: true } }, 'velero', 'dex'],
      protect: true,
    },
    cluster,
  );
  t.equal(merged.kubernetesVersion, '1.36');
  t.same(merged.labels, { a: 'default', b: 'cluster', c: 'cluster' });
  t.same(merged.access, {
    private: true,
    public: false,
    allowedCidrs: ['192.0.2.0/24', '203.0.113.0/24', '198.51.100.0/24'],
  });
  t.same(merged.addons, [{ name: 'cilium', version: '1.20.1', values: { hubble: true, mesh: true } }, 'velero', 'dex']);
  t.equal(merged.protect, true);
});

test('a fault is found where the document says the value', async (t) => {
  const cluster = buildRequest('eks', { access: { allowedCidrs: ['a', 'b'] }, labels: { x: '1' } });
  const defaults = {
    kubernetesVersion: '1.1',
    access: { allowedCidrs: ['b', 'c'], private: true },
    labels: { y: '2' },
  };
  const places = { cluster, defaults, clusterPointer: '/clusters/3' };
  const located = (pointer: string) => locatePointer(pointer, places);
  t.equal(located('/kubernetesVersion'), '/defaults/kubernetesVersion');
  t.equal(located('/region'), '/clusters/3/region');
  t.equal(located('/tags'), '/clusters/3/tags', 'in neither');
  t.equal(located('/labels/x'), '/clusters/3/labels/x');
  t.equal(located('/labels/y'), '/defaults/labels/y');
  t.equal(located('/access/private'), '/defaults/access/private');
  t.equal(located('/access/allowedCidrs/0'), '/defaults/access/allowedCidrs/0');
  t.equal(located('/access/allowedCidrs/2'), '/clusters/3/access/allowedCidrs/0', 'the united list is b, c, a');
});

test('a new fleet creates every cluster, with its defaults', async (t) => {
  const { fleet, members, changed } = resolveFleet(document(), [], context);
  t.same(fleet, {
    schemaVersion: 1,
    name: 'shop',
    federation: { engine: 'karmada', hubCredential: 'cr_hub' },
    pools: { nodes: '10.0.0.0/10' },
    clusters: ['one', 'two', 'three'],
  });
  t.ok(changed);
  t.same(
    members.map(({ action, name, pointer }) => [action, name, pointer]),
    [
      ['create', 'one', '/clusters/0'],
      ['create', 'two', '/clusters/1'],
      ['create', 'three', '/clusters/2'],
    ],
  );
  const [one, , three] = members.flatMap((member) => (member.action === 'create' ? [member.draft] : []));
  t.same(one?.labels, { stage: 'live', tier: 'web' });
  t.same(one?.tags, { team: 'shop' });
  t.same(three?.labels, { stage: 'test' });
  t.equal(three?.kubernetesVersion, '1.36');
});

test('the same document again changes nothing', async (t) => {
  const existing = standUp(document());
  const { fleet: previous } = resolveFleet(document(), [], context);
  const again = resolveFleet(document(), existing, { ...context, previous });
  t.same(
    again.members.map(({ action }) => action),
    ['unchanged', 'unchanged', 'unchanged'],
  );
  t.equal(again.changed, false);
  t.same([again.unmanaged, again.prune], [[], []]);
});

test('a changed document changes exactly what changed', async (t) => {
  const existing = standUp(document());
  const [one, two, three] = document().clusters as [ClusterRequest, ClusterRequest, ClusterRequest];
  const grown = { ...two, nodePools: [{ ...two.nodePools![0]!, count: { min: 3, max: 10 } }] };
  const { members, unmanaged, changed } = resolveFleet(
    document({ clusters: [one, grown, buildRequest('eks', { name: 'four' })] }),
    existing,
    context,
  );
  t.ok(changed);
  t.same(
    members.map(({ action, name }) => [action, name]),
    [
      ['unchanged', 'one'],
      ['update', 'two'],
      ['create', 'four'],
    ],
  );
  const update = members[1]!;
  t.match(update, { id: 'cl_two', diff: { changed: ['/nodePools/0/count'], immutable: [] } });
  t.same(update.action === 'update' && update.next.network, existing[1]?.spec.network, 'ranges stay');
  t.same(
    unmanaged.map(({ name }) => name),
    ['three'],
    'what is no longer named stays',
  );
  t.equal(three.name, 'three');
});

test('prune takes what is no longer named, unless it is protected', async (t) => {
  const existing = standUp(document());
  const clusters = document().clusters.slice(0, 1);
  const { prune, unmanaged } = resolveFleet(document({ clusters, prune: true }), existing, context);
  t.same(
    prune.map(({ name }) => name),
    ['two', 'three'],
  );
  t.same(unmanaged, []);
  const guarded = existing.map((member) => ({ ...member, spec: { ...member.spec, protect: true } as ResolvedCluster }));
  const fault = catchDetails(() =>
    resolveFleet(
      document({
        clusters: document().clusters.slice(1),
        prune: true,
        defaults: { ...document().defaults, protect: true },
      }),
      guarded,
      context,
    ),
  );
  t.same(fault, { code: 'protected', details: ['/prune protected'] });
});

test('every fault of every cluster is told at once, where it stands', async (t) => {
  const fault = catchDetails(() =>
    resolveFleet(
      document({
        name: 'Shop',
        network: { pools: { pods: '10.0.0.1/8' } },
        defaults: { kubernetesVersion: '1.20' },
        clusters: [
          buildRequest('eks', { name: 'one', region: 'mars-1' }),
          buildRequest('aks', { name: 'one', credential: 'nobody', addressSpace: 'other' }),
          buildRequest('gke', { name: 'three', kubernetesVersion: '1.36', credential: 'aws-production' }),
        ],
        federation: { engine: 'karmada', hub: { credential: 'gcp-ai' } },
      }),
      [],
      context,
    ),
  );
  t.equal(fault.code, 'validation');
  t.same(fault.details, [
    '/clusters/0/region unknown-region',
    '/clusters/1/addressSpace contradiction',
    '/clusters/1/credential unknown-credential',
    '/clusters/1/name duplicate',
    '/clusters/2/credential credential-mismatch',
    '/defaults/kubernetesVersion unknown-version',
    '/defaults/kubernetesVersion unknown-version',
    '/federation/hub/credential credential-mismatch',
    '/name name-invalid',
    '/network/pools/pods range-invalid',
  ]);
});

test('what is fixed for a cluster or a fleet is refused', async (t) => {
  const existing = standUp(document());
  const [one, ...others] = document().clusters as [ClusterRequest, ...ClusterRequest[]];
  const moved = catchDetails(() =>
    resolveFleet(document({ clusters: [{ ...one, region: 'eu-west-1' }, ...others] }), existing, context),
  );
  t.equal(moved.code, 'immutable-field');
  t.ok(moved.details.includes('/clusters/0/region immutable-field'));
  const { fleet: previous } = resolveFleet(document(), [], context);
  const { federation: _, ...alone } = document();
  const left = catchDetails(() => resolveFleet(alone, existing, { ...context, previous }));
  t.same(left, { code: 'immutable-field', details: ['/federation immutable-field'] });
});
