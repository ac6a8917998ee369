// Makes a control plane's nodes what its pools say: adds, changes and takes away, and waits until the new ones are ready.
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlacedPool, Taint } from '../../../clouds/control-plane.ts';
import { ApiFailure, type ApiClient } from '../api-client.ts';
import { describeNodes, FOLLOWS, selectPool, spellVersion, type Node } from './describe-nodes.ts';

/** A node as the API server shows it. */
type Shown = Omit<Node, 'metadata' | 'spec' | 'status'> & {
  metadata: Node['metadata'] & { resourceVersion: string };
  spec: { taints?: Taint[] };
  status: Node['status'] & { conditions?: { type: string; status: string }[] };
};

const AT_ONCE = 8;
const LOOK_EVERY_MS = 100;
const READY_TIMEOUT_MS = 60_000;
const READY_MS_OF_EACH = 200;
const NOT_READY = 'node.kubernetes.io/not-ready';
const MACHINE = 'node.kubernetes.io/instance-type';

/** Makes the nodes of one pool what they are to be; `version` is that of the control plane. */
export async function applyPool(
  api: ApiClient,
  pool: PlacedPool,
  { version, signal }: { version: string; signal: AbortSignal },
): Promise<void> {
  const wanted = new Map(describeNodes(pool, version).map((node) => [node.metadata.name, node]));
  const shown = await listNodes(api, selectPool(pool));
  const leaving = shown.filter((node) => {
    const other = wanted.get(node.metadata.name);
    // Another machine is another node.
    return !other || other.metadata.labels[MACHINE] !== node.metadata.labels[MACHINE];
  });
  await each(leaving, ({ metadata }) => remove(api, metadata.name));
  const staying = new Map(shown.filter((node) => !leaving.includes(node)).map((node) => [node.metadata.name, node]));
  await each([...wanted.values()], async (node) => {
    const known = staying.get(node.metadata.name);
    await (known ? change(api, known, node) : add(api, node));
  });
  await awaitReady(api, pool, { names: [...wanted.keys()], signal });
}

/** Has the nodes that follow their control plane say its new version. */
export async function applyVersion(api: ApiClient, version: string): Promise<void> {
  const following = (await listNodes(api)).filter((node) => node.metadata.annotations?.[FOLLOWS] === 'true');
  await each(following, ({ metadata }) => sayVersion(api, metadata.name, spellVersion(version)));
}

async function listNodes(api: ApiClient, selector = ''): Promise<Shown[]> {
  const query = selector === '' ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
  return (await api.call('GET', `/api/v1/nodes${query}`))['items'] as Shown[];
}

async function add(api: ApiClient, node: Node): Promise<void> {
  try {
    await api.call('POST', '/api/v1/nodes', node);
  } catch (error) {
    // An attempt whose answer was lost has made it; the labels by which it would have been found come with it.
    if (!(error instanceof ApiFailure && error.status === 409)) throw error;
  }
}

async function remove(api: ApiClient, name: string): Promise<void> {
  try {
    await api.call('DELETE', `/api/v1/nodes/${name}`);
  } catch (error) {
    if (!(error instanceof ApiFailure && error.status === 404)) throw error;
  }
}

async function change(api: ApiClient, known: Shown, node: Node): Promise<void> {
  const { labels, annotations } = node.metadata;
  const dropped = Object.keys(known.metadata.labels).filter((key) => !Object.hasOwn(labels, key));
  await api.call('PATCH', `/api/v1/nodes/${node.metadata.name}`, {
    metadata: { annotations, labels: { ...Object.fromEntries(dropped.map((key) => [key, null])), ...labels } },
  });
  if (!isDeepStrictEqual(listOwnTaints(known).map(spellTaint), node.spec.taints.map(spellTaint))) {
    await changeTaints(api, node);
  }
  const { kubeletVersion = '' } = node.status.nodeInfo;
  if (known.status.nodeInfo['kubeletVersion'] !== kubeletVersion) {
    await sayVersion(api, node.metadata.name, kubeletVersion);
  }
}

/** A list can only be replaced as a whole: the version that was read has to be the newest. */
async function changeTaints(api: ApiClient, { metadata, spec }: Node): Promise<void> {
  const path = `/api/v1/nodes/${metadata.name}`;
  for (;;) {
    const now = (await api.call('GET', path)) as Shown;
    const theirs = (now.spec.taints ?? []).filter((taint) => !listOwnTaints(now).includes(taint));
    const { resourceVersion } = now.metadata;
    try {
      await api.call('PATCH', path, { metadata: { resourceVersion }, spec: { taints: [...theirs, ...spec.taints] } });
      return;
    } catch (error) {
      if (!(error instanceof ApiFailure && error.status === 409)) throw error;
    }
  }
}

/** What the API server's own controllers put there is theirs. */
function listOwnTaints({ spec }: Shown): Taint[] {
  return (spec.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'));
}

function spellTaint({ key, value, effect }: Partial<Taint>): string {
  return `${key}=${value ?? ''}:${effect}`;
}

async function sayVersion(api: ApiClient, name: string, kubeletVersion: string): Promise<void> {
  await api.call('PATCH', `/api/v1/nodes/${name}/status`, { status: { nodeInfo: { kubeletVersion } } });
}

async function awaitReady(
  api: ApiClient,
  pool: PlacedPool,
  { names, signal }: { names: string[]; signal: AbortSignal },
): Promise<void> {
  if (names.length === 0) return;
  const end = performance.now() + READY_TIMEOUT_MS + names.length * READY_MS_OF_EACH;
  for (;;) {
    const ready = new Set((await listNodes(api, selectPool(pool))).filter(isReady).map((node) => node.metadata.name));
    const waiting = names.filter((name) => !ready.has(name));
    if (waiting.length === 0) return;
    if (performance.now() > end) {
      throw new Error(`${waiting.length} of ${names.length} nodes are not ready, ${waiting[0]} among them`);
    }
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Until the taint has gone as well nothing is scheduled there. */
function isReady({ status, spec }: Shown): boolean {
  const isTainted = spec.taints?.some(({ key }) => key === NOT_READY) === true;
  return !isTainted && status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

async function each<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const take = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, take));
}
