// Watches hubs and members: what stops answering is shown as degraded, with the reason, until it answers again.

import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServerAccess } from '../../access/kubeconfig/api-server-access.ts';
import { readCertificates } from '../../access/kubeconfig/key-material.ts';
import { openHubAccess } from '../../access/kubeconfig/open-hub.ts';
import { openKubernetes, type KubernetesClient } from '../../access/kubernetes-client.ts';
import { isFleetyardError } from '../../domain/errors.ts';
import type { MemberReport } from '../../federation/adapter.ts';
import { judgeMember, probeApiServer } from '../../federation/probe-member.ts';
import { getAdapter } from '../../federation/registry.ts';
import { readOutgoingUrl } from '../../outgoing/read-url.ts';
import {
  type Health,
  listLiveWorkers,
  listMemberEndpoints,
  listWatchedHubs,
  listWatchedMembers,
  saveHealth,
  type WatchedHub,
  type WatchedMember,
} from '../../store/federation-health.ts';
import type { WorkerContext } from '../context.ts';
import { openCredential } from '../steps/cluster-subject.ts';
import { type Tended, tendPlacements } from './tend-placements.ts';

/** What one worker asks at once at most. */
const hubsAtOnce = 8;
const membersAtOnce = 200;
/** Two calls and the pause between them are over well before the next look is due. */
const pace = { timeout: 2_500, pause: 500 };
const hubTimeout = 5_000;

type Target = Omit<ApiServerAccess, 'token' | 'client' | 'name'>;
type Watch = {
  context: WorkerContext;
  targets: Map<string, { stamp: string; target: Target | undefined }>;
  tended: Tended;
};
type HubAnswer = {
  health: Pick<Health, 'ready' | 'reason'>;
  members: Map<string, MemberReport> | undefined;
  client: KubernetesClient | undefined;
};

/** Looks every so many seconds, from the beginning of one round to that of the next, until the signal aborts. */
export async function watchFederations(
  context: WorkerContext,
  { everySeconds, signal }: { everySeconds: number; signal: AbortSignal },
): Promise<void> {
  const look = createWatch(context);
  while (!signal.aborted) {
    const begun = performance.now();
    await look(signal).catch((error: unknown) => context.logger.warn({ err: error }, 'a look failed'));
    const rest = everySeconds * 1000 - (performance.now() - begun);
    await delay(Math.max(rest, 0), undefined, { signal }).catch(() => undefined);
  }
}

/** Starts a watch that knows nothing yet; each call looks once. */
export function createWatch(context: WorkerContext): (signal: AbortSignal) => Promise<void> {
  const watch: Watch = { context, targets: new Map(), tended: new Map() };
  return (signal) => watchOnce(watch, signal);
}

async function watchOnce(watch: Watch, signal: AbortSignal): Promise<void> {
  const { store, owner } = watch.context;
  const { hubs, workers } = await store.asSystem(async (tx) => ({
    hubs: await listWatchedHubs(tx),
    workers: await listLiveWorkers(tx),
  }));
  const own = hubs.filter(({ id }) => chooseWatcher(id, [...workers, owner]) === owner);
  const seen = new Set<string>();
  const enter = createGate(membersAtOnce);
  await forEachAtOnce(own, hubsAtOnce, async (hub) => {
    if (signal.aborted) return;
    await watchHub(watch, hub, { seen, enter }).catch((error: unknown) =>
      watch.context.logger.warn({ err: error, federation: hub.id }, 'a federation could not be looked at'),
    );
  });
  for (const id of watch.targets.keys()) if (!seen.has(id)) watch.targets.delete(id);
}

/** Each hub has one worker that watches it, whoever asks; it is another one when that has gone. */
export function chooseWatcher(hub: string, workers: readonly string[]): string | undefined {
  const rank = (worker: string): string => createHash('sha256').update(`${worker} ${hub}`).digest('hex');
  return [...new Set(workers)].toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))[0];
}

type Round = { seen: Set<string>; enter: Gate };

async function watchHub(watch: Watch, hub: WatchedHub, round: Round): Promise<void> {
  const { context } = watch;
  const members = await context.store.asSystem((tx) => listWatchedMembers(tx, hub.id));
  for (const { id } of members) round.seen.add(id);
  await learnTargets(watch, members);
  const answering = askHub(context, hub);
  const probing = members.map(async (member) => {
    const target = watch.targets.get(member.id)?.target;
    const fault =
      target === undefined ? undefined : await round.enter(() => probeApiServer(context.outgoing, target, pace));
    return { member, fault };
  });
  const answer = await answering;
  await note(context, { resourceKind: 'federation', resourceId: hub.id }, hub, answer.health);
  for (const { member, fault } of await Promise.all(probing)) {
    const atHub = answer.members === undefined ? 'not-asked' : answer.members.get(member.memberName);
    const health = judgeMember(fault, atHub);
    await note(context, { resourceKind: 'cluster', resourceId: member.id }, member, health);
  }
  if (answer.client === undefined) return;
  const { client } = answer;
  await tendPlacements(context, watch.tended, { federationId: hub.id, adapter: getAdapter(hub.engine), client });
}

async function askHub(context: WorkerContext, { engine, hubCredentialId }: WatchedHub): Promise<HubAnswer> {
  try {
    const credential = await context.store.asSystem((tx) => openCredential(tx, hubCredentialId));
    const access = await openHubAccess(credential, context.engine.simulatorUrl);
    const client = openKubernetes(context.outgoing, access, hubTimeout);
    const members = await getAdapter(engine).listMembers(client);
    const health = { ready: true, reason: 'the hub answers' };
    return { health, members: new Map(members.map((member) => [member.name, member])), client };
  } catch (error) {
    if (!isFleetyardError(error)) throw error;
    return { health: { ready: false, reason: error.message }, members: undefined, client: undefined };
  }
}

/** Reads where the API servers are of which that is not known yet; one inside of a network of its own is not asked. */
async function learnTargets({ context, targets }: Watch, members: readonly WatchedMember[]): Promise<void> {
  const asked = members.filter(({ id, stamp }) => targets.get(id)?.stamp !== stamp);
  if (asked.length === 0) return;
  const endpoints = await context.store.asSystem((tx) =>
    listMemberEndpoints(
      tx,
      asked.map(({ id }) => id),
    ),
  );
  const byId = new Map(endpoints.map((found) => [found.id, found]));
  for (const { id, stamp, open, simulated } of asked) {
    const { endpoint = '', certificateAuthority: encoded = '' } = byId.get(id) ?? {};
    const url = readOutgoingUrl(endpoint);
    const certificateAuthority = encoded === '' ? undefined : readCertificates(encoded);
    const trust = certificateAuthority === undefined ? {} : { certificateAuthority };
    const origin = simulated ? 'simulated' : 'cloud';
    const target = open && typeof url !== 'string' ? ({ url, origin, ...trust } as const) : undefined;
    targets.set(id, { stamp, target });
  }
}

/** Writes what has changed; most looks find what the one before found. */
async function note(
  { store, logger, now }: WorkerContext,
  resource: { resourceKind: 'cluster' | 'federation'; resourceId: string },
  { name, health: before }: Pick<WatchedMember, 'name' | 'health'>,
  { ready, reason }: Pick<Health, 'ready' | 'reason'>,
): Promise<void> {
  if (before?.ready === ready && before.reason === reason) return;
  const since = before?.ready === ready && before.since !== undefined ? before.since : now().toISOString();
  await store.asSystem((tx) => saveHealth(tx, resource, { ready, reason, since }));
  const told = { [resource.resourceKind]: resource.resourceId, name, reason };
  if (before?.ready !== false && !ready) logger.warn(told, 'degraded');
  if (before?.ready === false && ready) logger.info(told, 'answers again');
}

/** Runs what it is given, no more than so many at once. */
type Gate = <T>(work: () => Promise<T>) => Promise<T>;

function createGate(most: number): Gate {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

async function forEachAtOnce<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const enter = createGate(most);
  await Promise.all(items.map((item) => enter(() => work(item))));
}
