// A hub for tests: a small HTTPS server that answers what a Karmada control plane answers about its clusters, and what a member does of itself.
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Test } from 'tap';
import type { ApiServerAccess } from '../../services/access/kubeconfig/api-server-access.ts';
import { readKubeconfig } from '../../services/access/kubeconfig/read-kubeconfig.ts';
import { createOutgoingGuard } from '../../services/outgoing/outgoing-guard.ts';
import { loopbackCertificate, testAuthority } from './secure.ts';

/** A guard of an installation that allows loopback, where tests have their hubs. */
export const loopbackGuard = createOutgoingGuard({ privateNetworks: ['127.0.0.0/8'] });

/** A hub whose answers the test decides. */
export type TestHub = {
  kubeconfig: string;
  /** The same, as it was read. */
  access: ApiServerAccess;
  port: number;
  /** Members by name, and whether the hub calls them ready. */
  members: Map<string, boolean>;
  /** Identities of members, as their Clusters say them. */
  ids: Map<string, string>;
  taints: Map<string, Record<string, unknown>[]>;
  annotations: Map<string, Record<string, unknown>>;
  /** Works by namespace: the annotations of each. */
  works: Map<string, Record<string, string>[]>;
  /** Policies of placements by their path, as they were written last; a test may change them. */
  policies: Map<string, Record<string, unknown>>;
  /** What the hub says of the objects that policies selected. */
  bindings: Record<string, unknown>[];
  /** As a member: the identity of `kube-system`, and the accounts of hubs that it joined. */
  asMember: { id: string; accounts: string[] };
  /** Answers every call with this status instead; 0 keeps the caller waiting. */
  failWith: number | undefined;
  /** Answers every call with this instead. */
  answerWith: { status: number; headers?: Record<string, string>; text: string } | undefined;
  calls: string[];
  /** Breaks the connections of callers that are kept waiting. */
  dropCallers(): void;
  /** Breaks the connection of the caller that waits longest. */
  dropOldest(): void;
};

type Answers = Pick<
  TestHub,
  'failWith' | 'members' | 'ids' | 'taints' | 'annotations' | 'works' | 'policies' | 'bindings' | 'asMember'
>;

function describeMember({ ids, taints, annotations }: Answers, name: string, ready: boolean): Record<string, unknown> {
  const condition = {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    reason: ready ? 'ClusterReady' : 'ClusterNotReachable',
  };
  const spec = { id: ids.get(name), taints: taints.get(name) };
  return {
    metadata: { name, resourceVersion: '7', annotations: annotations.get(name) },
    spec,
    status: { kubernetesVersion: 'v1.35.2', conditions: [condition] },
  };
}

function answer(hub: Answers, url: string): { status: number; body: unknown } {
  const [path = ''] = url.split('?');
  const own = answerAsMember(hub, path);
  if (hub.failWith !== undefined) return { status: hub.failWith, body: {} };
  if (path === '/version' || path === '/version/') return { status: 200, body: { gitVersion: 'v1.34.3' } };
  const clusters = '/apis/cluster.karmada.io/v1alpha1/clusters';
  if (path === clusters) {
    return { status: 200, body: { items: [...hub.members].map(([name, ready]) => describeMember(hub, name, ready)) } };
  }
  const space = /^\/apis\/work\.karmada\.io\/v1alpha1\/namespaces\/([^/]+)\/works$/.exec(path)?.[1];
  if (space !== undefined) {
    const items = (hub.works.get(space) ?? []).map((annotations) => ({ metadata: { annotations } }));
    return { status: 200, body: { items } };
  }
  if (own !== undefined) return { status: 200, body: own };
  if (path.endsWith('/resourcebindings')) return { status: 200, body: { items: hub.bindings } };
  if (path.endsWith('/clusterresourcebindings')) return { status: 200, body: { items: [] } };
  const policy = hub.policies.get(path);
  if (policy !== undefined) return { status: 200, body: policy };
  const name = path.startsWith(`${clusters}/`) ? path.slice(clusters.length + 1) : '';
  const ready = hub.members.get(name);
  return ready === undefined ? { status: 404, body: {} } : { status: 200, body: describeMember(hub, name, ready) };
}

function answerAsMember({ asMember }: Answers, path: string): unknown {
  if (path === '/readyz') return {};
  if (path === '/api/v1/namespaces/kube-system') return { metadata: { uid: asMember.id } };
  if (path !== '/api/v1/namespaces/karmada-cluster/serviceaccounts') return undefined;
  return { items: asMember.accounts.map((name) => ({ metadata: { name } })) };
}

function isAboutPolicy({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/apis/policy.karmada.io/');
}

/** Takes what is applied, put or deleted; an apply leaves what others added, as a real hub does. */
async function takePolicy(hub: Answers, request: IncomingMessage): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  let body = '';
  for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) body += part;
  if (hub.failWith !== undefined) return;
  if (request.method === 'DELETE') hub.policies.delete(path);
  if (request.method !== 'PATCH' && request.method !== 'PUT') return;
  const policy = JSON.parse(body) as { metadata: { labels: Record<string, string> }; spec: Record<string, unknown> };
  const before = request.method === 'PATCH' ? hub.policies.get(path)?.['spec'] : undefined;
  const id = { 'clusterpropagationpolicy.karmada.io/permanent-id': '11111111-2222-3333-4444-555555555555' };
  policy.metadata.labels = { ...id, ...policy.metadata.labels };
  hub.policies.set(path, { ...policy, spec: { ...(before ?? {}), ...policy.spec } });
}

/** Writes what a patch says of a member's taints. */
async function takePatch(hub: Answers, request: IncomingMessage): Promise<void> {
  let body = '';
  for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) body += part;
  const { spec, metadata } = JSON.parse(body) as {
    spec: { taints: Record<string, unknown>[] };
    metadata: { annotations?: Record<string, unknown> };
  };
  const name = (request.url ?? '').split('/').at(-1) ?? '';
  hub.taints.set(name, spec.taints);
  hub.annotations.set(name, { ...hub.annotations.get(name), ...metadata.annotations });
}

/** Starts a hub on loopback; it is stopped at teardown. */
export async function startTestHub(t: Test): Promise<TestHub> {
  const hub: Omit<TestHub, 'access'> & { access?: ApiServerAccess } = {
    kubeconfig: '',
    port: 0,
    answerWith: undefined,
    members: new Map(),
    ids: new Map(),
    taints: new Map(),
    annotations: new Map(),
    works: new Map(),
    policies: new Map(),
    bindings: [],
    asMember: { id: 'uid-of-kube-system', accounts: [] },
    failWith: undefined,
    calls: [],
    dropCallers: () => undefined,
    dropOldest: () => undefined,
  };
  const waiting = new Set<Socket>();
  const { certificate: cert, key } = loopbackCertificate;
  const server: Server = createServer({ cert, key }, (request, response) => void serve(request, response));
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    hub.calls.push(request.url ?? '');
    const { answerWith } = hub;
    if (answerWith !== undefined)
      return void response.writeHead(answerWith.status, answerWith.headers).end(answerWith.text);
    if (isAboutPolicy(request)) await takePolicy(hub, request);
    else if (request.method === 'PATCH') await takePatch(hub, request);
    const { status, body } = answer(hub, request.url ?? '');
    if (status === 0) waiting.add(request.socket);
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  hub.dropCallers = () => server.closeAllConnections();
  hub.dropOldest = () => {
    const [oldest] = waiting;
    if (oldest === undefined) throw new Error('nobody waits');
    waiting.delete(oldest);
    oldest.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  hub.port = (server.address() as AddressInfo).port;
  hub.kubeconfig = describeHub(`https://127.0.0.1:${hub.port}`);
  return Object.assign(hub, { access: readKubeconfig(hub.kubeconfig) });
}

/** A kubeconfig of a test's hub, by whatever name it is reached. */
export function describeHub(server: string): string {
  return JSON.stringify({
    clusters: [
      {
        name: 'hub',
        cluster: {
          server,
          'certificate-authority-data': Buffer.from(testAuthority.certificate).toString('base64'),
        },
      },
    ],
    users: [{ name: 'hub', user: { token: 'hub-token' } }],
    contexts: [{ name: 'hub', context: { cluster: 'hub', user: 'hub' } }],
    'current-context': 'hub',
  });
}
