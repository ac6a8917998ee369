// What each role of a project may do in a cluster, by the kubeconfig that the product hands out: asked of the cluster itself.
import type { Test } from 'tap';
import { parse } from 'yaml';
import { mintKubeconfig } from '../../services/access/kubeconfig/mint-kubeconfig.ts';
import { loopbackGuard } from './hub.ts';
import { askCluster, canI, describeMint, type StandingCluster } from './simulated-clusters.ts';

const levels = ['viewer', 'operator', 'admin'] as const;

/** Mints what the product hands out to somebody. */
export async function mintFor(cluster: StandingCluster, level: string, now: Date, seconds = 3600) {
  const order = { namespace: 'fleetyard-system', account: `fleetyard-${level}`, seconds };
  const { kubeconfig, expiresAt } = await mintKubeconfig(loopbackGuard, { ...describeMint(cluster, now), order });
  const { users } = parse(kubeconfig) as { users: { user: { token: string } }[] };
  return { token: users[0]?.user.token ?? '', expiresAt };
}

type Rule = { verbs: string[]; apiGroups?: string[]; resources?: string[]; nonResourceURLs?: string[] };

/** What `kubectl auth can-i --list` prints: a line for each resource. */
async function listRights(cluster: StandingCluster, token: string): Promise<Map<string, string>> {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
  const { body } = await askCluster(cluster, token, path, { spec: { namespace: 'default' } });
  const { resourceRules } = body['status'] as { resourceRules: Rule[] };
  const rights = new Map<string, Set<string>>();
  for (const { apiGroups = [], resources = [], verbs } of resourceRules) {
    for (const name of apiGroups.flatMap((group) => resources.map((one) => (group === '' ? one : `${one}.${group}`)))) {
      for (const verb of verbs) rights.set(name, (rights.get(name) ?? new Set()).add(verb));
    }
  }
  return new Map([...rights].map(([name, verbs]) => [name, [...verbs].toSorted().join(' ')]));
}

/** What kubectl calls looking and working. */
const looks = 'get list watch';
const works = 'create delete deletecollection get list patch update watch';

/** Prints what each role may do, and checks it. */
export async function checkRoles(t: Test, cluster: StandingCluster): Promise<Map<string, string>> {
  const now = new Date();
  const tokens = new Map<string, string>();
  for (const level of levels) tokens.set(level, (await mintFor(cluster, level, now)).token);
  const lists = new Map<string, Map<string, string>>();
  for (const [level, token] of tokens) lists.set(level, await listRights(cluster, token));
  const table = [...new Set([...lists.values()].flatMap((rights) => [...rights.keys()]))].toSorted().map((what) => {
    return [what, ...levels.map((level) => lists.get(level)?.get(what) ?? '-')].join(' | ');
  });
  for (const line of [`${cluster.provider} | ${levels.join(' | ')}`, ...table]) t.comment(line);
  t.equal(lists.get('viewer')?.get('pods'), looks);
  t.equal(lists.get('viewer')?.get('secrets'), undefined);
  t.equal(lists.get('operator')?.get('deployments.apps'), works);
  t.equal(lists.get('operator')?.get('secrets'), works);
  t.equal(lists.get('operator')?.get('clusterrolebindings.rbac.authorization.k8s.io'), undefined);
  t.equal(lists.get('admin')?.get('*.*'), '*');
  const answers = new Map<string, boolean[]>();
  for (const [level, token] of tokens) {
    const may = asked.map(([verb, what]) => canI(cluster, token, verb, what, 'default'));
    answers.set(level, await Promise.all(may));
  }
  t.same(
    [...answers],
    [
      ['viewer', [true, false, false, false]],
      ['operator', [true, true, true, false]],
      ['admin', [true, true, true, true]],
    ],
  );
  const viewer = tokens.get('viewer') ?? '';
  t.equal((await askCluster(cluster, viewer, '/api/v1/namespaces/default/configmaps')).status, 200);
  const refused = await askCluster(cluster, viewer, '/api/v1/namespaces/default/secrets');
  t.match(refused, { status: 403, body: { reason: 'Forbidden', message: /fleetyard-viewer" cannot list resource/ } });
  return tokens;
}

const asked = [
  ['list', 'pods'],
  ['list', 'secrets'],
  ['create', 'deployments.apps'],
  ['create', 'clusterroles.rbac.authorization.k8s.io'],
] as const;
