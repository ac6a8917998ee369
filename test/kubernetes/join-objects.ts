// What our join makes in member and hub, beside what `karmadactl join` makes: the differences are those of docs/federation.md and no others.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { findKubernetesPrograms } from '../../toolchain/kubernetes.mjs';
import { runCommand } from '../../toolchain/run-command.mjs';
import { openKubectl, type Kubectl } from '../helpers/kubectl.ts';
import { buildCluster, startTestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

type Values = Record<string, unknown>;
type Listed = { kind: string; metadata: Values & { name: string }; [part: string]: unknown };

/** What servers and field managers add to every object. */
const ofTheServer = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields', 'finalizers'];

/** All objects of a join on one side, but for the roles that the hub itself makes, without what servers add, and with the member's name as `NAME`. */
async function listObjects(kubectl: Kubectl, kinds: string, memberName: string): Promise<Map<string, Listed>> {
  const items: Listed[] = [];
  for (const scope of [['-n', 'karmada-cluster'], []]) {
    const wanted = kinds.split(' ').filter((kind) => scope.length > 0 === /^(secrets|serviceaccounts)$/.test(kind));
    if (wanted.length === 0) continue;
    const text = await kubectl('get', wanted.join(','), ...scope, '-o', 'json');
    items.push(...(JSON.parse(text) as { items: Listed[] }).items);
  }
  const own = items.filter(({ kind, metadata: { name } }) =>
    kind === 'Namespace'
      ? name === 'karmada-cluster'
      : name.includes(memberName) || (name === 'karmada-impersonator' && !kind.startsWith('ClusterRole')),
  );
  const named = JSON.parse(JSON.stringify(own).replaceAll(memberName, 'NAME')) as Listed[];
  return new Map(named.map((item) => [`${item.kind} ${item.metadata.name}`, strip(item)]));
}

function strip({ status: _status, metadata, ...rest }: Listed): Listed {
  const kept = Object.entries(metadata).filter(([key]) => !ofTheServer.includes(key));
  return { ...rest, metadata: Object.fromEntries(kept) } as Listed;
}

/** Every path at which two objects differ; what is secret or an identity differs by nature and is left out. */
function compare(ours: unknown, theirs: unknown, path: string): string[] {
  if (/\.(token|caBundle|ca\.crt|id|apiEndpoint|kubernetes\.io\/service-account\.uid)$/.test(path)) return [];
  const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null;
  if (!isObject(ours) || !isObject(theirs)) return ours === theirs ? [] : [path];
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...keys].flatMap((key) => compare(ours[key], theirs[key], `${path}.${key}`));
}

function compareSides(ours: Map<string, Listed>, theirs: Map<string, Listed>): string[] {
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names].flatMap((name) => compare(ours.get(name), theirs.get(name), name)).sort();
}

/** See docs/federation.md. */
const wanted = [
  'Cluster NAME.metadata.labels',
  'Secret NAME-impersonator.metadata.ownerReferences',
  'Secret NAME.metadata.ownerReferences',
];

test('our join makes the objects of karmadactl, but for the differences that are wanted', async (t) => {
  const service = await startTestService(t, { leaseSeconds: 60 });
  const { client, simulatorDirectory } = service;
  await service.startWorker();
  await service.addCredential('cloud', 'gcp', 'local');
  const hubAccount = await service.addCredential('hub', 'kubernetes', 'local');
  const federation = unwrap(
    await client.POST('/v1/federations', { body: { name: 'main', engine: 'karmada', hub: { credential: 'hub' } } }),
  );
  await service.awaitOperation(federation.operation?.id ?? '');
  const bodies = [
    { ...buildCluster('gke', 'ours', 'cloud'), federation: 'main' },
    buildCluster('gke', 'theirs', 'cloud'),
  ];
  const made = [];
  for (const body of bodies) made.push(unwrap(await client.POST('/v1/clusters', { body })));
  for (const { operation } of made) {
    const done = await service.awaitOperation(operation?.id ?? '');
    t.equal(done.state, 'succeeded', JSON.stringify(done.error));
  }
  const hubFile = join(simulatorDirectory, 'hubs', `hub-${hubAccount}`, 'identity', 'admin.kubeconfig');
  const [ours = '', theirs = ''] = await Promise.all(
    made.map(async ({ cluster }) => {
      const { status } = unwrap(
        await client.GET('/v1/clusters/{cluster}', { params: { path: { cluster: cluster.id } } }),
      );
      for (const id of await readdir(join(simulatorDirectory, 'control-planes'))) {
        const file = join(simulatorDirectory, 'control-planes', id, 'identity', 'admin.kubeconfig');
        if ((await readFile(file, 'utf8')).includes(String(status['endpoint']))) return file;
      }
      return '';
    }),
  );
  const zoned = made[1]?.cluster.spec['zones'] as string[];
  const zones = ['--cluster-zones', zoned.join(',')];
  const { karmadactl } = await findKubernetesPrograms(['karmadactl']);
  const args = [
    'join',
    'by-hand',
    '--kubeconfig',
    hubFile,
    '--cluster-kubeconfig',
    theirs,
    '--cluster-provider',
    'gke',
  ];
  const joined = await runCommand(karmadactl, [...args, '--cluster-region', 'europe-west1', ...zones], {
    timeoutMs: 120_000,
  });
  t.equal(joined.code, 0, joined.stderr);
  const hub = await openKubectl(hubFile);
  await waitFor('both members', async () => (await hub('get', 'clusters')).match(/True/g)?.length === 2, {
    timeoutMs: 60_000,
  });

  const memberKinds = 'namespaces serviceaccounts secrets clusterroles clusterrolebindings';
  const items = unwrap(
    await client.GET('/v1/federations/{federation}/members', { params: { path: { federation: 'main' } } }),
  );
  const name = items.items[0]?.memberName ?? '';
  const [ourMember, theirMember] = await Promise.all([
    openKubectl(ours).then((member) => listObjects(member, memberKinds, name)),
    openKubectl(theirs).then((member) => listObjects(member, memberKinds, 'by-hand')),
  ]);
  t.ok(ourMember.size >= 7, [...ourMember.keys()].join(', '));
  t.same(compareSides(ourMember, theirMember), []);
  const hubKinds = 'namespaces secrets clusters.cluster.karmada.io';
  const [ourHub, theirHub] = [await listObjects(hub, hubKinds, name), await listObjects(hub, hubKinds, 'by-hand')];
  t.ok(ourHub.size >= 4, [...ourHub.keys()].join(', '));
  t.same(compareSides(ourHub, theirHub), wanted);
});
