// The published examples: their words that are not built are all named, and what remains resolves and gets its ranges.
import { test } from 'tap';
import type { ClusterRequest } from '../../services/domain/cluster-spec.ts';
import { isFleetyardError } from '../../services/domain/errors.ts';
import type { FleetRequest } from '../../services/domain/fleet-spec.ts';
import { splitPointer } from '../../services/domain/pointers.ts';
import type { PlannedRange } from '../../services/domain/range-roles.ts';
import { listRangeNeeds } from '../../services/domain/ranges.ts';
import { planRanges } from '../helpers/plan-ranges.ts';
import type { FleetResolution } from '../../services/domain/resolve-fleet.ts';
import { resolveFleet } from '../helpers/resolve-fleet.ts';
import { findUnbuiltFleetFields } from '../../services/domain/unbuilt-fields.ts';
import { catalogue, defaultAllowedCidrs, findCredentialOf, now, readExample, summarize } from './fixtures.ts';

const unbuilt: Record<string, string[]> = {
  'hybrid-platform': [
    '/clusters/0/addons',
    '/clusters/0/controlPlane',
    '/clusters/0/nodePools/0/hosts',
    '/clusters/0/provider',
    '/clusters/0/site',
    '/clusters/2/providerOptions',
    '/defaults/access/oidc',
    '/defaults/addons',
    '/federation/hub/cluster',
    '/network/mesh',
  ],
  'regulated-regions': ['/clusters/2/ttl', '/defaults/addons', '/defaults/policies', '/network/mesh'],
  'two-clouds-active-active': ['/defaults/addons', '/network/interconnect', '/network/mesh'],
};

/** The document without what is not built; a cluster on a provider that is not built goes as a whole. */
function dropUnbuilt(document: FleetRequest): FleetRequest {
  const kept = structuredClone(document);
  for (const { pointer } of findUnbuiltFleetFields(document)) {
    const path = splitPointer(pointer);
    const last = path.pop() ?? '';
    const holder = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], kept);
    if (last !== 'provider' && holder !== undefined) delete (holder as Record<string, unknown>)[last];
  }
  kept.clusters = kept.clusters.filter(({ provider }) => provider !== 'kubeadm');
  if (kept.federation?.hub.cluster === undefined && kept.federation?.hub.credential === undefined) {
    delete kept.federation;
    // They are about the federation.
    delete kept.placements;
  }
  return kept;
}

function resolve(document: FleetRequest): FleetResolution {
  return resolveFleet(document, [], {
    catalogue,
    now,
    defaultAllowedCidrs,
    findCredential: findCredentialOf(document),
  });
}

function planFor({ members, fleet }: FleetResolution): PlannedRange[][] {
  const claims = members.flatMap((member) =>
    member.action === 'create'
      ? [{ pointer: member.pointer, provider: member.draft.provider, needs: listRangeNeeds(member.draft) }]
      : [],
  );
  return planRanges({ claims, pools: { ...catalogue.ranges.defaultPools, ...fleet.pools }, taken: [], catalogue });
}

for (const [name, pointers] of Object.entries(unbuilt)) {
  test(`${name}: every field that is not built is named, and nothing else is wrong with the words`, async (t) => {
    const document = readExample(name);
    t.same(
      summarize(findUnbuiltFleetFields(document)),
      pointers.map((pointer) => `${pointer} not-built-yet`).toSorted(),
    );
    t.same(findUnbuiltFleetFields(dropUnbuilt(document)), []);
    try {
      resolve(document);
      t.fail('nothing was thrown');
    } catch (error) {
      t.ok(isFleetyardError(error, 'not-built-yet'));
      const named = new Set(isFleetyardError(error) ? error.details.map(({ pointer }) => pointer) : []);
      t.ok(pointers.every((pointer) => named.has(pointer)));
    }
  });
}

test('hybrid-platform resolves without what is not built', async (t) => {
  const resolution = resolve(dropUnbuilt(readExample('hybrid-platform')));
  const drafts = resolution.members.flatMap((member) => (member.action === 'create' ? [member.draft] : []));
  t.match(drafts, [
    {
      name: 'web-singapore',
      zones: ['ap-southeast-1a', 'ap-southeast-1b', 'ap-southeast-1c'],
      access: { private: true, public: true, allowedCidrs: ['203.0.113.0/24'] },
      nodePools: [
        { name: 'general', machineType: 'm6i.xlarge', spot: false },
        {
          name: 'spot',
          machineType: 'm6i.xlarge',
          spot: true,
          taints: [{ key: 'spot', value: 'true', effect: 'NoSchedule' }],
        },
      ],
    },
    {
      name: 'ai-taiwan',
      kubernetesVersion: '1.35',
      nodePools: [
        { name: 'system', machineType: 'e2-standard-2' },
        // 30 GiB were asked for: the 32 GiB type has them.
        { name: 'gpu', machineType: 'g2-standard-8', accelerator: { type: 'nvidia-l4', count: 1 } },
      ],
    },
    {
      name: 'office-amsterdam',
      zones: ['1', '2', '3'],
      nodePools: [{ machineType: 'Standard_D4s_v5', zones: ['1', '2', '3'] }],
    },
  ]);
  const planned = planFor(resolution);
  t.same(planned, [
    [
      { role: 'nodes', cidr: '10.0.0.0/20' },
      { role: 'pods', cidr: '100.64.0.0/18' },
      { role: 'services', cidr: '172.20.0.0/20' },
    ],
    [
      { role: 'nodes', cidr: '10.0.16.0/22' },
      { role: 'pods', cidr: '100.64.64.0/20' },
      { role: 'services', cidr: '172.20.16.0/20' },
      { role: 'control-plane', cidr: '10.0.20.0/28' },
    ],
    [
      { role: 'nodes', cidr: '10.0.24.0/22' },
      { role: 'pods', cidr: '100.64.80.0/20' },
      { role: 'services', cidr: '172.20.32.0/20' },
    ],
  ]);
});

test('regulated-regions resolves without what is not built', async (t) => {
  const resolution = resolve(dropUnbuilt(readExample('regulated-regions')));
  t.equal(resolution.fleet.federation?.hubCredential, 'cr_existing-karmada');
  t.match(resolution.members, [
    { draft: { name: 'ledger-frankfurt', protect: true, nodePools: [{ machineType: 'm6i.xlarge' }] } },
    {
      draft: {
        name: 'ledger-berlin',
        region: 'europe-west10',
        protect: true,
        nodePools: [{ machineType: 'e2-standard-4' }],
      },
    },
    {
      draft: {
        name: 'tests',
        nodePools: [
          { name: 'system', machineType: 'Standard_D2s_v5' },
          { name: 'cheap', spot: true },
        ],
      },
    },
  ]);
  t.equal(planFor(resolution).flat().length, 10);
});

test('two-clouds-active-active resolves but for one range that AWS refuses', async (t) => {
  const document = dropUnbuilt(readExample('two-clouds-active-active'));
  const resolution = resolve(document);
  t.match(resolution.members, [
    { draft: { name: 'orders-frankfurt', nodePools: [{ machineType: 'm6i.2xlarge' }] } },
    { draft: { name: 'orders-dublin', nodePools: [{ machineType: 'Standard_D8s_v5' }] } },
  ]);
  // A VPC in 10.0.0.0/8 takes no block of 192.168.0.0/16, and here pods live in a block of the VPC.
  t.throws(() => planFor(resolution), { code: 'range-invalid', details: [{ pointer: '/clusters/0/network/podCidr' }] });
  const [frankfurt, dublin] = document.clusters as [ClusterRequest, ClusterRequest];
  const mended = { ...document, clusters: [{ ...frankfurt, network: { podCidr: '100.127.0.0/18' } }, dublin] };
  t.match(planFor(resolve(mended)), [
    [{ cidr: '10.64.0.0/20' }, { cidr: '100.127.0.0/18' }, { cidr: '172.24.0.0/20' }],
    [{ cidr: '10.64.16.0/22' }, { cidr: '192.168.192.0/18' }, { cidr: '172.24.16.0/20' }],
  ]);
});

test('all three examples can live in one address space', async (t) => {
  const taken: string[] = [];
  for (const name of Object.keys(unbuilt)) {
    const document = dropUnbuilt(readExample(name));
    for (const cluster of document.clusters) if (cluster.provider === 'eks') delete cluster.network;
    const resolution = resolve(document);
    const claims = resolution.members.flatMap((member) =>
      member.action === 'create'
        ? [{ pointer: member.pointer, provider: member.draft.provider, needs: listRangeNeeds(member.draft) }]
        : [],
    );
    const pools = { ...catalogue.ranges.defaultPools, ...resolution.fleet.pools };
    if (name === 'two-clouds-active-active') pools.pods = '100.127.0.0/17';
    for (const { cidr } of planRanges({ claims, pools, taken, catalogue }).flat()) taken.push(cidr);
  }
  t.equal(taken.length, 26);
  t.equal(new Set(taken).size, 26);
});
